//! What the examples write is an alert, and arrives to the letter.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use harness::{Config, Provider};
use lab::Personality;
use mail_parser::MessageParser;
use spool_format::folder::file_name;
use spool_format::{Alert, AlertId, Folder, Severity};

use crate::writers::{Said, Writer};
use crate::{ONCALL, sandbox};

const SUBJECT: &str = "【緊急】サーバー室の \"温度\" が C:\\上限 を超えました 🔥";
const BODY: &str = "現在の温度: 41度\n\"引用\" と \\ と 'x' と $HOME と `id`\n\tタブ\n.\n\n最後の行 💾\n";

fn parse_id(stdout: &str) -> AlertId {
    AlertId::parse(stdout.trim_end()).unwrap_or_else(|| panic!("an id was to be printed, not {stdout:?}"))
}

#[test]
fn what_an_example_writes_arrives_to_the_letter() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::plain());
    sandbox.configure(&Config::of([Provider::clear("home", server.port())]));
    let agent = sandbox.start_agent();
    for (n, writer) in Writer::EXAMPLES.into_iter().enumerate() {
        let said = Said { subject: SUBJECT, body: OsStr::new(BODY), ..Said::plain() };
        let id = parse_id(&writer.write(&sandbox, &said).expect_success());
        sandbox.wait_until_sent(id);
        let mails = server.mails();
        assert_eq!(mails.len(), n + 1, "{writer:?}: one mail each");
        assert_eq!(mails[n].recipients, [ONCALL], "{writer:?}");
        let message = MessageParser::default().parse(&mails[n].octets).expect("a mail");
        assert_eq!(message.subject(), Some(SUBJECT), "{writer:?}");
        let text = message.body_text(0).expect("a text").replace("\r\n", "\n");
        assert_eq!(text, BODY, "{writer:?}");
    }
    assert_eq!(agent.stop(), Some(0));
}

#[test]
fn no_octets_that_a_hook_may_hand_over_spoil_the_alert() {
    let sandbox = sandbox();
    // Quotes, backslashes, every control character that an argument may hold, DEL, and what is not UTF-8: a stray
    // octet, an overlong form, a surrogate, a character that was cut off.
    let controls: Vec<u8> = (1..32).chain([127]).collect();
    let hostile =
        [b"\"\\/ \\u0041 \\n", &controls[..], b" \xff \xc0\xaf \xed\xa0\x80 \xf0\x9f\x98\xb1 \xe3\x81"]
            .concat();
    for writer in Writer::EXAMPLES {
        let said = Said {
            to: &[ONCALL, "\"a\\\"b\"@example.jp"],
            severity: "info",
            key: "k\"\\1",
            subject: "\t\"\u{1}\\",
            body: OsStr::from_bytes(&hostile),
        };
        let id = parse_id(&writer.write(&sandbox, &said).expect_success());
        let path = sandbox.folder(Folder::Incoming).join(file_name(id));
        let alert = Alert::parse(&fs::read(&path).expect("a file"), id).expect("an alert");
        assert_eq!(alert.to, said.to, "{writer:?}");
        assert_eq!((alert.severity, alert.key.as_deref()), (Severity::Info, Some(said.key)), "{writer:?}");
        assert_eq!(alert.subject, said.subject, "{writer:?}");
        assert_eq!(alert.body, String::from_utf8_lossy(&hostile), "{writer:?}");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o7777, 0o640, "{writer:?}");
    }
}

#[test]
fn a_body_is_read_from_stdin_whole_with_nul_and_last_line_ends() {
    let sandbox = sandbox();
    for writer in Writer::EXAMPLES {
        let stdin = b"line\r\n\0\x80end\n\n";
        let ended = writer.run(sandbox.spool(), &["subject"], stdin);
        let id = parse_id(&ended.expect_success());
        let octets = fs::read(sandbox.folder(Folder::Incoming).join(file_name(id))).expect("a file");
        let alert = Alert::parse(&octets, id).expect("an alert");
        assert_eq!(alert.body, String::from_utf8_lossy(stdin), "{writer:?}");
        assert!(alert.to.is_empty() && octets.ends_with(b"}\n"), "{writer:?}");
    }
}

#[test]
fn the_ids_of_the_examples_carry_their_birth_and_never_repeat() {
    let sandbox = sandbox();
    for writer in Writer::EXAMPLES {
        let ids: Vec<AlertId> = (0..4)
            .map(|_| {
                let earlier = wall_clock();
                let id = parse_id(&writer.write(&sandbox, &Said::plain()).expect_success());
                assert!((earlier..=wall_clock()).contains(&id.born().unix_ms()), "{writer:?}: {id}");
                id
            })
            .collect();
        for (n, id) in ids.iter().enumerate() {
            let chance = |id: &AlertId| id.as_str()[10..].to_owned();
            assert!(ids[..n].iter().all(|other| chance(other) != chance(id)), "{writer:?}: {ids:?}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "ids are compared with the clock that the examples read")]
fn wall_clock() -> i64 {
    spool_format::Wall::from(std::time::SystemTime::now()).unix_ms()
}
