//! Each line of the log, said once, and where it has several forms, each of them.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::Duration;

use spool_format::{Address, AlertId, Entry, Folder, Notice, NoticeKind, Severity, Wall};

use crate::config::Listen;
use crate::log::*;

const ID: &str = "01kax3j6w8wh2pc0000000000a";

/// A reply with what belongs into no terminal.
const NASTY: &str = r#"550 5.1.1 \"no\"\n\u001b[31msuch user"#;

/// Events of the journal, each with a line of its own or several.
fn facts() -> Vec<Entry> {
    let event = |name: &str, rest: &str| {
        format!(r#"{{"at":"2026-11-25T04:23:30.000Z","event":"{name}","id":"{ID}"{rest}}}"#)
    };
    let about = |name: &str, rest: &str| {
        format!(r#"{{"at":"2026-11-25T04:23:30.000Z","event":"{name}","provider":"home"{rest}}}"#)
    };
    let result = |result: &str, to: &str, more: &str| {
        format!(r#"{{"to":"{to}@example.jp","result":"{result}","phase":"rcpt","text":"{NASTY}"{more}}}"#)
    };
    let results = [
        result("delivered", "a", r#","code":250"#),
        result("delivered", "b", r#","code":250"#),
        result("refused", "c", r#","code":550,"rule":"no-such-user""#),
        result("open", "d", r#","code":451,"rule":"busy""#),
        result("uncertain", "e", ""),
        result("open", "f", r#","rule":"withdrawn""#),
    ];
    let drill = |ok: bool, more: &str| {
        let ended = r#""ended":"2026-11-25T04:23:31.000Z","login":true,"phase":"auth""#;
        about(
            "drill",
            &format!(
                r#","begun":"2026-11-25T04:23:30.000Z","result":{{{ended},"ok":{ok},"took_ms":12,"failures":0{more}}}"#
            ),
        )
    };
    let canary =
        |more: &str| about("canary", &format!(r#","alert":"{ID}","begun":"2026-11-25T04:23:30.000Z"{more}"#));
    let outage = |openings: u32| {
        let until = r#""since":"2026-11-25T04:23:30.000Z","until":"2026-11-25T04:24:00.000Z""#;
        let outage = format!(r#"{{{until},"openings":{openings},"cause":"login","reason":"535 no"}}"#);
        about("provider", &format!(r#","outage":{outage}"#))
    };
    let lines = [
        event(
            "accepted",
            r#","uid":1000,"octets":99,"recipients":["a@example.jp"],"severity":"critical","key":"disk","subject":"WORDS""#,
        ),
        event("attempt", r#","attempt":2,"provider":"home","recipients":["a@example.jp","b@example.jp"]"#),
        event("dot-sent", r#","attempt":2,"provider":"home","text":"WORDS","notes":[]"#),
        event(
            "outcome",
            &format!(r#","attempt":2,"provider":"home","took_ms":340,"recipients":[{}]"#, results.join(",")),
        ),
        event("deferred", r#","passes":1,"until":"2026-11-25T04:23:40.000Z""#),
        event("deferred", r#","passes":0,"until":"2026-11-25T04:23:40.000Z","why":"1 in any minute""#),
        event("sent", r#","delivered":["a@example.jp"],"refused":["b@example.jp"]"#),
        event("held", r#","by":1000"#),
        event("released", r#","by":1000"#),
        event("retry", r#","by":1000"#),
        event("edited", r#","by":1000,"removed":["a@example.jp"],"added":["b@example.jp","c@example.jp"]"#),
        event("requeued", r#","by":1000"#),
        event("purged", r#","by":1000"#),
        event("dead", r#","reason":"its life was over""#),
        event("dead", r#","reason":"given \"up\"","by":1000"#),
        about("provider", ""),
        outage(1),
        outage(2),
        drill(true, ""),
        drill(
            false,
            r#","text":"535 no","cause":"login","news":["the login is refused"],"changes":["no PLAIN"]"#,
        ),
        about("drill", r#","begun":"2026-11-25T04:23:30.000Z""#),
        canary(r#","ok":false"#),
        canary(r#","ended":"2026-11-25T04:23:31.000Z","ok":true"#),
        canary(r#","ended":"2026-11-25T04:23:31.000Z","ok":false,"text":"not within 10 minutes""#),
    ];
    let read = |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    lines.iter().map(read).collect()
}

/// Says each line once, and where it has several forms, each of them.
pub(super) fn say_all() {
    let id = AlertId::parse(ID).expect("an id");
    let path = Path::new("/var/spool/alertmail");
    let name = OsStr::new("a\n.json");
    let error = io::Error::from_raw_os_error(28);
    let error = &error;
    let day = Wall::parse("2026-12-01T00:00:00Z").expect("a time");
    let names = ["home".to_owned(), "docomo".to_owned()];
    for entry in facts() {
        fact(&entry.event);
    }
    started(path, &names, 3);
    warning("the key is \u{1b}odd");
    address_recalled("home", "the name server says \"no\"");
    network_not_watched("the network", error);
    page_shown(&"127.0.0.1:9711");
    reloading(None);
    reloading(Some(1000));
    not_reloaded(&"line 3: `prot`");
    stopping("SIGTERM", true);
    stopping("SIGINT", false);
    stopped(true);
    stopped(false);
    certificate_ends("home", day, Duration::from_hours(7 * 24));
    unusable(id, &["nobody".to_owned(), "x".repeat(300)]);
    not_permitted(id, 1000, &[Address::parse("a@example.jp").expect("an address")]);
    composed_with_notes(id, "home", &["text: cut to its limit".to_owned()]);
    token_not_renewed("home", "the server says 400");
    let mut told = Notice::new(NoticeKind::ProviderFailing, "home".to_owned(), day);
    told.reason = "535 \"no\"".to_owned();
    told.count = 2;
    notice(Severity::Warning, "begins", &told);
    told.alert = Some(id);
    told.subject = String::new();
    notice(Severity::Critical, "over", &told);
    canary_not_made("home", "no room");
    notice_command_failed("exit code 1");
    notice_not_mailed("[notices] to is empty");
    dead_man_unreached("ping.example.com", "refused");
    dead_man_reached("ping.example.com");
    writer_died();
    cannot_listen("metrics", &Listen::Unix(path.join("x")), error);
    let intake = "[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:2525\"\n[[provider]]\nname = \"home\"\nhost = \"h.example.jp\"\nfrom = \"a@example.jp\"\n";
    let intake = crate::config::Config::parse(intake, path).expect("a configuration").intakes.remove(0);
    listening(intake.speech, &intake.place);
    not_listening(&intake, &error);
    not_taken(intake.speech, "no \"room\"");
    cannot_write_textfile(path, error);
    textfile_written_again(path);
    provider_skipped("home", &"its secret is for everybody");
    rule_without_providers(("alertmail.toml", 12), &names);
    set_aside("a\nb.json", "no \"JSON\"");
    cannot_read(name, error);
    deferred_is_damaged("a.json", "no JSON");
    left_in_spare(name, "no JSON");
    cannot_scan(error);
    not_watching(error);
    watching_again();
    hints_lost(&"too many");
    spool_is_gone(path);
    opened_anew(path);
    cannot_open_anew("another agent has it");
    no_socket(path, error);
    broken_lines(&["2026-11-25.jsonl:3".to_owned(), "2026-11-25.jsonl:4".to_owned()]);
    trouble_begins("journal", "cannot write: no space", "alerts go out all the same");
    trouble_ends("journal");
    reserve_given_free();
    cannot_sweep("a.json", error);
    cannot_remove_spare("a.json", error);
    has_enough(1000, &crate::engine::Load { alerts: 3, octets: 4000 });
    cannot_copy(id, Folder::Deferred, "no space");
    cannot_remove("a.json", Folder::Dead, error);
    cannot_sync(Folder::Deferred, error);
    left_alone("a.json", "no JSON", error);
    folder_made(path);
    cannot_write_reason("a.json", error);
}
