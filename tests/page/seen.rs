//! What people see in a browser.

use std::path::PathBuf;

use alertmail::edge::clock::wall_now;
use harness::{PATIENCE, Sandbox, becomes_true};
use lab::{Personality, Port};

use crate::asked::agent_with_page;
use crate::browser::Browser;
use crate::sandbox;
use crate::story::{HOSTILE, Story};

/// Where the picture for the papers is; `ALERTMAIL_UPDATE_GOLDEN=1` takes a new one.
const PICTURE: &str = "contrib/status-page.webp";
/// It is in the repository.
const PICTURE_OCTETS_MAX: usize = 150 * 1024;

fn providers(sandbox: &Sandbox) -> Vec<(&'static str, u16)> {
    // Nobody is asked before its time, so it does not matter that nobody is there.
    let port = |name| sandbox.listen(name, Port::reserve().expect("a port"), Personality::plain()).port();
    ["home", "yahoo", "docomo"].map(|name| (name, port(name))).to_vec()
}

#[test]
fn an_operator_finds_the_alert_and_its_timeline_and_the_page_keeps_itself_fresh() {
    let Some(mut browser) = Browser::start() else { return };
    let sandbox = sandbox();
    Story::new(wall_now()).write(&sandbox, false);
    let (agent, place) = agent_with_page(&sandbox, &providers(&sandbox), "");
    let address = format!("http://{place}/");
    browser.window(1440, "light");
    browser.open(&address);
    assert_eq!(browser.text("document.querySelector('#summary h2').textContent"), "Look today");
    let summary = browser.text("document.querySelector('#summary').innerText");
    assert!(summary.contains("home is left out since") && summary.contains("535 5.7.8"), "{summary}");
    let queue = browser.text("document.querySelector('#queue').innerText");
    assert!(queue.contains("RAID が縮退しています") && queue.contains("deferred"), "{queue}");
    let providers = browser.text("document.querySelector('#providers').innerText");
    assert!(providers.contains("left out") && providers.contains("passed 5h ago"), "{providers}");
    assert!(browser.value("document.querySelectorAll('#plots rect.sent').length").as_u64() > Some(24));
    assert_eq!(browser.value("document.querySelectorAll('#recent tbody tr').length"), 30);

    // A click on the alert leads to its timeline, which is not there before.
    let shown = "[...document.querySelectorAll('article')].filter(it => it.offsetHeight > 0).map(it => it.innerText).join()";
    assert_eq!(browser.text(shown), "");
    browser.click("#queue td.subject a");
    let timeline = browser.text(shown);
    for part in [
        "RAID",
        "yahoo",
        "451 4.3.2 try again later",
        "the provider's fault, may pass",
        "docomo",
        "attempt 2",
    ] {
        assert!(timeline.contains(part), "no {part} in:\n{timeline}");
    }

    // A new alert appears by itself, and the timeline stays open.
    let id = sandbox.enqueue(&["--to", "ops@example.jp", "--subject", "it came while somebody looked", ""]);
    sandbox.wait_until_sent(id);
    let appears = "document.querySelector('#recent').innerText.includes('it came while somebody looked')";
    assert!(becomes_true(PATIENCE, || browser.value(appears) == true), "the page does not refresh");
    assert!(browser.text(shown).contains("RAID"), "{}", browser.text(shown));
    assert_eq!(browser.value("document.querySelector('#stale').hidden"), true);
    assert_eq!(browser.complained(), "");
    let foreign: Vec<&String> =
        browser.requests.iter().filter(|it| !it.starts_with(&address) && *it != "data:,").collect();
    assert!(foreign.is_empty(), "it asks elsewhere: {foreign:?}");
    // Who is left with an old page is told so.
    assert_eq!(agent.stop(), Some(0));
    assert!(becomes_true(PATIENCE, || browser.value("document.querySelector('#stale').hidden") == false));
}

#[test]
fn what_others_wrote_is_text_and_runs_nowhere() {
    let Some(mut browser) = Browser::start() else { return };
    let sandbox = sandbox();
    let id = Story::new(wall_now()).write(&sandbox, true);
    let (agent, place) = agent_with_page(&sandbox, &providers(&sandbox), "");
    browser.open(&format!("http://{place}/#a-{}", id.as_str()));
    let title = browser.text("document.title");
    assert!(title.starts_with("Status · "), "{title}");
    assert_eq!(
        browser.text(&format!("document.querySelector('#a-{} h3').textContent", id.as_str())),
        HOSTILE
    );
    let foreign = "document.querySelectorAll('img, iframe, object, [onerror], [style], script').length";
    assert_eq!(browser.value(foreign), 1, "there is more than our script");
    assert_eq!(browser.complained(), "");
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn both_languages_both_lights_each_width_and_no_script_show_the_same_page() {
    let Some(mut browser) = Browser::start() else { return };
    let sandbox = sandbox();
    let id = Story::new(wall_now()).write(&sandbox, true);
    let (agent, place) = agent_with_page(&sandbox, &providers(&sandbox), "");
    let address = format!("http://{place}/");
    for (width, scheme, query, heading) in [
        (1440, "light", "", "Look today"),
        (1440, "dark", "?lang=ja", "要確認"),
        (390, "light", "?lang=ja", "要確認"),
        (390, "dark", "", "Look today"),
    ] {
        browser.window(width, scheme);
        browser.open(&format!("{address}{query}#a-{}", id.as_str()));
        assert_eq!(browser.text("document.querySelector('#summary h2').textContent"), heading);
        let wide = browser.value("document.documentElement.scrollWidth");
        assert!(wide.as_u64() <= Some(u64::from(width)), "{width} is not enough: {wide}");
        let paper = browser.text("getComputedStyle(document.querySelector('#queue')).backgroundColor");
        assert_eq!(paper == "rgb(255, 255, 255)", scheme == "light", "{paper}");
        keep(&browser.picture("png", 1_700), &format!("{width}-{scheme}.png"));
        assert_eq!(browser.complained(), "", "{width} {scheme}");
    }
    // The link leads to the other language, and what the browser prefers counts where no address says so.
    browser.window(1440, "light");
    browser.open(&address);
    browser.click("#other");
    // For a moment there is neither the one page nor the other.
    assert!(becomes_true(PATIENCE, || browser.text("document.documentElement?.lang ?? ''") == "ja"));
    browser
        .tell("Network.setExtraHTTPHeaders", &serde_json::json!({ "headers": { "Accept-Language": "ja" } }));
    browser.open(&address);
    assert_eq!(browser.text("document.documentElement.lang"), "ja");

    browser.tell("Emulation.setScriptExecutionDisabled", &serde_json::json!({ "value": true }));
    browser.open(&format!("{address}?lang=en"));
    let rows = browser.value("document.querySelectorAll('#queue tbody tr, #providers tbody tr').length");
    assert_eq!(rows, 5);
    browser.click("#queue td.subject a");
    assert!(browser.value("document.querySelector('article:target').offsetHeight").as_u64() > Some(100));
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn a_snapshot_needs_no_agent_and_nothing_from_elsewhere() {
    let Some(mut browser) = Browser::start() else { return };
    let sandbox = sandbox();
    Story::new(wall_now()).write(&sandbox, true);
    let spool = sandbox.spool().to_string_lossy().into_owned();
    let page = sandbox.alertmail(&["page", "--language", "ja", "--spool", &spool]).expect_success();
    let file = sandbox.path().join("page.html");
    harness::write_file(&file, 0o600, page.as_bytes());
    browser.window(1440, "light");
    browser.open(&format!("file://{}", file.display()));
    assert_eq!(browser.text("document.querySelector('#summary h2').textContent"), "至急確認");
    let summary = browser.text("document.querySelector('#summary').innerText");
    assert!(summary.contains("エージェントが動いていません"), "{summary}");
    assert_eq!(browser.value("document.scripts.length"), 0);
    browser.click("#queue td.subject a");
    assert!(browser.value("document.querySelector('article:target').offsetHeight").as_u64() > Some(100));
    assert_eq!(browser.complained(), "");
    let foreign: Vec<&String> =
        browser.requests.iter().filter(|it| !it.starts_with("file:") && *it != "data:,").collect();
    assert!(foreign.is_empty(), "it asks elsewhere: {foreign:?}");
}

#[test]
fn the_picture_in_the_papers_is_small_and_can_be_taken_anew() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(PICTURE);
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        let mut browser = Browser::start().expect("a picture needs a browser");
        let sandbox = sandbox();
        Story::new(wall_now()).write(&sandbox, false);
        let (agent, place) = agent_with_page(&sandbox, &providers(&sandbox), "");
        browser.window(1280, "light");
        browser.open(&format!("http://{place}/"));
        harness::write_file(&path, 0o644, &browser.picture("webp", 1_180));
        assert_eq!(agent.stop(), Some(0));
    }
    let octets = std::fs::read(&path).expect("the picture is there").len();
    assert!((10_000..=PICTURE_OCTETS_MAX).contains(&octets), "{octets}");
}

/// Leaves a picture for whoever wants to look at it.
fn keep(picture: &[u8], name: &str) {
    if let Some(folder) = std::env::var_os("ALERTMAIL_TEST_PICTURES") {
        harness::write_file(&PathBuf::from(folder).join(name), 0o644, picture);
    }
}
