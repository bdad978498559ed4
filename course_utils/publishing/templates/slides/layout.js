// Fits each slide to its box. It runs where the slides are shown, since fonts differ between
// machines: type in four sizes, figures below the text or beside it, as large as there is room.
const layOutSlides = (() => {
  const SIZES = ['roomy', '', 'dense', 'denser'];
  const SHARES = [0, 0.36, 0.5, 0.62]; // the text's share of the width; 0: figures below the text
  const LARGEST = 1.3; // times a figure's own size: larger is blurred
  const SMALLEST = 0.7; // smaller, and its numbers can't be read
  const LARGE_ENOUGH = 0.85; // then no smaller type is tried
  const SMALLEST_CODE = 20; // px
  const TOLERANCE = 1; // px; widths and heights are rounded

  // A formula counts as one picture; the copy that is read aloud isn't seen.
  const unseen = element => element.closest('mjx-assistive-mml, details:not([open]), aside')
    || (element.closest('svg') && element.tagName !== 'svg');

  // By how many pixels anything in `content` reaches beyond it.
  function excess(content) {
    const box = content.getBoundingClientRect();
    let most = 0;
    for (const element of content.querySelectorAll('*')) {
      if (unseen(element)) continue;
      const area = element.getBoundingClientRect();
      if (!area.width && !area.height) continue;
      most = Math.max(most, area.right - box.right, box.left - area.left);
      // The box of a word in a line is higher than its letters; the paragraph's is the true one.
      if (getComputedStyle(element).display !== 'inline' || element.tagName === 'svg') {
        most = Math.max(most, area.bottom - box.bottom, box.top - area.top);
      }
      if (element.tagName === 'PRE') most = Math.max(most, element.scrollWidth - element.clientWidth);
    }
    return most > TOLERANCE ? most : 0;
  }

  function setImages(images, scale) {
    for (const image of images) {
      image.style.width = `${image.naturalWidth * scale}px`;
      image.style.height = `${image.naturalHeight * scale}px`;
    }
  }

  // The figures beside the text: heading above both, all else in the left column.
  function inColumns(content, figures, share) {
    const columns = document.createElement('div');
    columns.className = 'columns';
    columns.style.gridTemplateColumns = `${share}fr ${1 - share}fr`;
    const [left, right] = [0, 1].map(() => {
      const column = document.createElement('div');
      column.className = 'column';
      columns.append(column);
      return column;
    });
    const homes = figures.map(figure => [figure, figure.parentNode, figure.nextSibling]);
    const cells = [...content.children];
    const first = content.querySelector('h1, h2, h3, h4');
    right.append(...figures);
    left.append(...cells);
    if (first) {
      homes.push([first, first.parentNode, first.nextSibling]);
      content.append(first);
    }
    content.append(columns);
    return () => {
      content.append(...cells);
      columns.remove();
      for (const [element, parent, next] of homes.reverse()) parent.insertBefore(element, next);
    };
  }

  // Long lines of code make the code smaller, not all that stands around it.
  function narrowCode(content) {
    content.style.removeProperty('--code');
    content.classList.remove('wrapped');
    const lines = [...content.querySelectorAll('pre')];
    const needed = Math.min(...lines.map(pre => pre.clientWidth / pre.scrollWidth));
    if (needed >= 1) return;
    const size = parseFloat(getComputedStyle(content).getPropertyValue('--code'));
    // Rounded down to half a pixel, lest the last letter be cut.
    const fitting = Math.floor(2 * size * needed) / 2;
    content.style.setProperty('--code', `${Math.max(SMALLEST_CODE, fitting)}px`);
    // What was printed may be wrapped, as terminals do; code may not.
    if (fitting < SMALLEST_CODE) content.classList.add('wrapped');
  }

  // Tries one layout; returns how it came out, and how to undo it.
  function attempt(content, figures, size, share) {
    content.classList.remove(...SIZES.filter(Boolean));
    if (size) content.classList.add(size);
    const images = figures.flatMap(figure => [...figure.querySelectorAll('img')]);
    const undo = share ? inColumns(content, figures, share) : () => {};
    setImages(images, 0);
    narrowCode(content);
    if (!images.length) return {over: excess(content), scale: LARGEST, undo};
    const widest = Math.max(...images.map(image => image.naturalWidth));
    const tall = images.reduce((sum, image) => sum + image.naturalHeight, 0);
    const box = content.getBoundingClientRect();
    const column = (share ? figures[0].parentNode : content).getBoundingClientRect();
    let used;
    if (share) {
      used = column.top - box.top;
    } else {
      const bottoms = [...content.querySelectorAll('*')].filter(element => !unseen(element))
        .map(element => element.getBoundingClientRect().bottom);
      used = Math.max(...bottoms) - box.top;
    }
    const gaps = share ? (images.length - 1) * 14 : 0;
    const room = Math.min(column.width / widest, (box.height - used - gaps) / tall);
    const scale = Math.min(LARGEST, Math.max(SMALLEST, room));
    setImages(images, scale);
    return {over: excess(content), scale, undo};
  }

  function layOut(content) {
    const figures = [...content.querySelectorAll('figure')];
    // Steps that appear one after another stay where they are.
    const shares = figures.length && !content.querySelector('.fragment') ? SHARES : [0];
    let best = null;
    for (const size of SIZES) {
      for (const share of shares) {
        const {over, scale, undo} = attempt(content, figures, size, share);
        undo();
        const better = !best || over < best.over || (over === best.over && scale > best.scale + 0.02);
        if (better) best = {size, share, over, scale};
      }
      if (!best.over && best.scale >= LARGE_ENOUGH) break;
    }
    attempt(content, figures, best.size, best.share);
    content.dataset.figureScale = best.scale.toFixed(2);
  }

  return () => {
    for (const content of document.querySelectorAll('.content')) {
      const folded = [...content.querySelectorAll('details:not([open])')];
      // There has to be room for the answers, too.
      for (const details of folded) details.open = true;
      layOut(content);
      for (const details of folded) details.open = false;
    }
  };
})();
