"""The record that the other tests here rely on, and printing."""

from pathlib import Path

from running_lab import STARTING

from course_utils.publishing import chromium

ASKING = """<!DOCTYPE html><html lang="en"><title>t</title>
<img src="https://example.org/a.png" alt="">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">
<script>
new WebSocket("wss://example.org/b");
fetch("http://127.0.0.1:9/c").catch(() => 0);
console.error("said");
setTimeout(() => { throw new Error("thrown"); });
</script>"""


def test_what_leaves_the_machine_is_recorded(record, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(ASKING, encoding="utf-8")
    record.page.goto((tmp_path / "a.html").as_uri())
    for _ in range(10 * STARTING):
        if len(record.outside) == 2 and len(record.errors) >= 2:
            break
        record.page.wait_for_timeout(100)
    assert sorted(record.outside) == ["https://example.org/a.png", "wss://example.org/b"]
    assert "http://127.0.0.1:9/c" in record.requests
    assert not any(address.startswith("data:") for address in record.requests)
    assert "said" in record.errors
    assert any("thrown" in error for error in record.errors)


def test_a_page_is_printed(browser, tmp_path: Path) -> None:
    html, pdf = tmp_path / "a.html", tmp_path / "a.pdf"
    html.write_text(
        "<!DOCTYPE html><title>t</title><style>@page { size: 1280px 720px }</style>"
        "<p>later</p><script>setTimeout(() => document.title = 'ready', 200)</script>"
    )
    chromium.print_pdf(html, pdf, browser=browser, ready="document.title === 'ready'")
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
    assert b"/MediaBox [0 0 960 540]" in content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.pdf"]
