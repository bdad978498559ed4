// Formulas first, then the layout, then reveal.js; `data-ready` tells a waiting program.
(async () => {
  const root = document.documentElement;
  if (!window.Reveal || !window.MathJax || !MathJax.startup.promise) {
    document.body.innerHTML = '<p class="message">These slides fetch reveal.js and MathJax from the internet, '
      + 'which can\'t be reached. Slides that need no internet are made by '
      + '<code>python -m course_utils slides</code> on a machine with npm.</p>';
    return;
  }
  root.classList.add('measuring');
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  // `document.fonts.ready` alone doesn't wait for a face that nothing has been drawn with yet.
  await Promise.all([...document.fonts].map(face => face.load().catch(() => {})));
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
  layOutSlides();
  root.classList.remove('measuring');
  const printed = /print-pdf/i.test(location.search);
  if (printed) for (const details of document.querySelectorAll('.content details')) details.open = true;
  Reveal.on('pdf-ready', () => { root.dataset.pdfReady = 'yes'; });
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, minScale: 0.1, maxScale: 4,
    // Every slide is passed, whichever key or clicker turns the pages.
    navigationMode: 'linear',
    controlsTutorial: false,
    transition: 'none', hash: true, slideNumber: 'c/t', pdfSeparateFragments: true,
    plugins: [RevealNotes],
  });
  root.dataset.ready = 'yes';
})();
