//! The HTML report in a real browser without a network: links, filters, keyboard navigation, narrow screens and contrast.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::command::{conformance, file, text};
use crate::markup::{Markup, Tag};
use crate::report as reports;

/// A case that fails.
const FAILED: &str = "pyannote/getMediaUploadURL/argument/url/shortest";
/// A case that passes.
const PASSED: &str = "pyannote/getMediaUploadURL/argument/url/empty";

static BROWSER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let given = std::env::var_os("CHROMIUM").filter(|given| !given.is_empty()).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let known = ["chromium", "chromium-browser", "google-chrome"];
    let found = || {
        let places = std::env::split_paths(&path).flat_map(|folder| known.map(|name| folder.join(name)));
        places.into_iter().find(|place| place.is_file())
    };
    given.or_else(found)
});

static REPORT: LazyLock<String> = LazyLock::new(|| text(&reports::run(&["--html", "-"]).stdout));

/// The document after its script has run. `None` without a browser.
fn rendered(html: &str, address: &str, flags: &[&str]) -> Option<Markup> {
    let Some(browser) = &*BROWSER else {
        eprintln!("skipped: Chromium is not on the PATH, and CHROMIUM does not name it");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    std::fs::write(&file, html).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=5000"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(flags)
        .arg(format!("file://{}{address}", file.display()))
        .output()
        .unwrap();
    let dom = text(&output.stdout);
    assert!(dom.contains("</html>"), "{dom}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(Markup::read(&dom))
}

/// The report of an API with many statuses and a long name.
static WIDE_REPORT: LazyLock<String> = LazyLock::new(|| {
    let responses: String =
        (400..440).map(|code| format!("        '{code}': {{ description: d }}\n")).collect();
    let document = format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\nservers: [{{ url: https://api.test }}]\npaths:\n  /x:\n    get:\n      \
         operationId: {}\n      responses:\n        '200': {{ description: d }}\n{responses}",
        "get_".repeat(40)
    );
    let folder = tempfile::tempdir().unwrap();
    let document = file(&folder, "wide.yaml", document.as_bytes());
    text(&conformance(&["run", &document, "--html", "-"]).stdout)
});

/// A report with a script of the test after its own script. The content security policy, which forbids this, is removed.
fn probed(report: &str, script: &str) -> String {
    let open = report.replace("http-equiv=\"Content-Security-Policy\"", "");
    assert_ne!(open, report);
    open.replace(
        "</body>",
        &format!("<script>document.body.dataset.probe = (() => {{ {script} }})()</script></body>"),
    )
}

/// The value that the script of the test returns or stores later.
fn probe(script: &str, flags: &[&str]) -> Option<String> {
    probe_in(&REPORT, script, flags)
}

fn probe_in(report: &str, script: &str, flags: &[&str]) -> Option<String> {
    let markup = rendered(&probed(report, script), "", flags)?;
    let body = markup.tags.iter().find(|tag| tag.name == "body").unwrap();
    Some(body.get("data-probe").unwrap_or("the probe threw").to_owned())
}

/// The fragments of the cases for which the condition is true.
fn cases(markup: &Markup, is: impl Fn(&Tag) -> bool) -> Vec<&str> {
    let (cases, bodies) = (markup.with_class("case"), markup.with_class("body"));
    assert_eq!((cases.len(), bodies.len()), (8, 8));
    cases.iter().zip(bodies).filter(|(case, _)| is(case)).map(|(_, body)| body.get("id").unwrap()).collect()
}

fn is_open(case: &Tag) -> bool {
    case.get("open").is_some()
}

fn is_shown(case: &Tag) -> bool {
    case.get("hidden").is_none()
}

#[test]
fn a_fragment_opens_only_its_case() {
    let Some(plain) = rendered(&REPORT, "", &[]) else { return };
    assert!(cases(&plain, is_open).is_empty());
    let Some(linked) = rendered(&REPORT, &format!("#{FAILED}"), &[]) else { return };
    assert_eq!(cases(&linked, is_open), [FAILED]);
}

#[test]
fn a_fragment_opens_its_case_without_the_script() {
    let start = REPORT.find("<script>").unwrap();
    let Some(linked) = rendered(&REPORT[..start], &format!("#{FAILED}"), &[]) else { return };
    assert_eq!(cases(&linked, is_open), [FAILED]);
}

#[test]
fn the_query_of_the_url_filters_by_verdict_and_by_id() {
    let Some(failed) = rendered(&REPORT, "?verdict=fail", &[]) else { return };
    assert_eq!(cases(&failed, is_shown), [FAILED]);
    assert_eq!(failed.with_class("square").into_iter().filter(|square| is_shown(square)).count(), 1);
    assert!(failed.text.contains("1 of 8 cases"));
    let Some(both) = rendered(&REPORT, "?verdict=fail&verdict=pass&case=EST", &[]) else { return };
    assert_eq!(cases(&both, is_shown), [FAILED]);
    let Some(beside) = rendered(&REPORT, &format!("?verdict=fail#{PASSED}"), &[]) else { return };
    assert_eq!(cases(&beside, is_open), [PASSED]);
    assert!(cases(&beside, is_shown).contains(&PASSED), "the filter hides the linked case");
}

#[test]
fn the_filter_is_saved_in_the_query_of_the_url() {
    let script = "
        document.querySelector('[value=fail]').click();
        const typed = document.querySelector('[type=search]');
        typed.value = 'short';
        typed.dispatchEvent(new Event('input', { bubbles: true }));
        return location.search;";
    let Some(query) = probe(script, &[]) else { return };
    assert_eq!(query, "?verdict=fail&case=short");
}

#[test]
fn keys_move_in_the_matrix_open_a_case_and_return_to_the_matrix() {
    let script = "
        const key = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        const seen = [];
        const see = () => seen.push(document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName);
        const reached = document.querySelectorAll('.square[tabindex=\"0\"]');
        reached[0].focus(); see();
        for (const pressed of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'Home', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp']) { key(pressed); see(); }
        key('ArrowRight'); document.activeElement.click(); see();
        seen.push(document.querySelectorAll('.case[open]').length);
        key('Escape'); see();
        seen.push(document.querySelectorAll('.case[open]').length, reached.length, location.hash);
        return seen.join('\\n').replaceAll('pyannote/getMediaUploadURL/argument/url/', '');";
    let Some(seen) = probe(script, &["--window-size=1280,900"]) else { return };
    let expected = [
        "pass: empty",
        "fail: shortest",
        "known-failing: longest",
        "fail: shortest",
        "unsupported: pyannote/upload/small",
        "pass: empty",
        "unsupported: pyannote/upload/small",
        "unsupported: pyannote/upload/small",
        "pass: empty",
        "pass: empty",
        "SUMMARY",
        "1",
        "fail: shortest",
        "0",
        "1",
        "",
    ];
    assert_eq!(seen.lines().collect::<Vec<_>>().join("\n"), expected.join("\n").trim_end());
}

/// Opens everything in a frame of this width. Returns the width, how far the page can be scrolled sideways, and each string
/// that is not completely within the frame or is hidden by an element around it.
fn overflow(report: &str, width: u32) -> Option<String> {
    // A window has a minimum width. A frame has none.
    let script = "
        document.currentScript.remove();
        const frame = document.createElement('iframe');
        frame.style.border = 0;
        [frame.width, frame.height, frame.srcdoc] = [WIDTH, 800, document.documentElement.outerHTML];
        frame.onload = () => {
          const page = frame.contentDocument;
          page.querySelectorAll('details').forEach((details) => { details.open = true; });
          const { scrollWidth, clientWidth } = page.documentElement;
          const cut = [...page.body.querySelectorAll('*')].filter((element) =>
            getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth);
          const outside = [];
          const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            if (walker.currentNode.parentElement.matches('script')) continue;
            const range = page.createRange();
            range.selectNodeContents(walker.currentNode);
            const isOutside = ({ left, right }) => left < -0.5 || right > clientWidth + 0.5;
            if ([...range.getClientRects()].some(isOutside)) outside.push(walker.currentNode.data);
          }
          const faults = [...cut.map((element) => element.className), ...outside];
          document.body.dataset.probe = [clientWidth, scrollWidth - clientWidth, ...faults].join(' ');
        };
        document.body.append(frame);";
    probe_in(report, &script.replace("WIDTH", &width.to_string()), &["--window-size=1400,900"])
}

#[test]
fn no_screen_needs_horizontal_scrolling_and_no_text_is_cut() {
    for report in [&*REPORT, &*WIDE_REPORT] {
        for width in [360, 390, 1_200] {
            let Some(seen) = overflow(report, width) else { return };
            // A vertical scroll bar may take some of the width.
            let (inner, rest) = seen.split_once(' ').unwrap();
            assert!((width - 20..=width).contains(&inner.parse().unwrap()), "{width}: {seen}");
            assert_eq!(rest, "0", "{width}");
        }
    }
}

#[test]
fn every_text_has_enough_contrast_in_light_and_dark_mode() {
    // The contrast of every text with its background, as WCAG 2.2 defines it.
    let script = "
        const light = (colour) => {
          const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (element) => {
          for (let each = element; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if (colour !== 'rgba(0, 0, 0, 0)') return colour;
          }
          return 'rgb(255, 255, 255)';
        };
        document.querySelectorAll('details').forEach((details) => { details.open = true; });
        const faint = new Set();
        let texts = 0;
        for (const element of document.body.querySelectorAll('*:not(script)')) {
          if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
          texts += 1;
          const [less, more] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
          const contrast = (more + 0.05) / (less + 0.05);
          if (contrast < 4.5) faint.add(`${element.tagName} ${element.className}: ${contrast.toFixed(2)}`);
        }
        return `${behind(document.body)} ${texts > 100} ${[...faint].join('; ')}`;";
    for (night, page) in [("1", "rgb(255, 255, 255)"), ("0", "rgb(21, 23, 26)")] {
        let flag = format!("--blink-settings=preferredColorScheme={night}");
        let Some(faint) = probe(script, &[&flag]) else { return };
        assert_eq!(faint.trim_end(), format!("{page} true"));
    }
}
