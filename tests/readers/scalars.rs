//! Every character that there is, alone and in a sentence, as a subject and as a body: what the strict codec of Python
//! can hold is sent in ISO-2022-JP, and comes back from there; everything else comes back from UTF-8.

use std::collections::BTreeMap;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::run_within;
use mail_parser::MessageParser;
use mime::{Charset, CharsetPolicy, Draft, Identity, Mailbox, Shown, compose};

use crate::expected::{Expected, folded};
use crate::reader::{PATIENCE, beside};
use crate::sample::plain;
use crate::{is_whole_run, note};

/// In a run that nobody waits for, one of so many characters beyond the first plane is tried.
const STEP: usize = 97;

/// What ISO-2022-JP holds in a spelling that Python's table does not have for it.
const RESPELLED: &str = "～∥－￠￡￢—";

/// One text that is in ISO-2022-JP, as it stands in the mail.
#[derive(Debug)]
struct InJis {
    scalar: char,
    octets: Vec<u8>,
    expected: Expected,
}

/// Composes these characters, lets a first reader look at all of them, and gives back what is in ISO-2022-JP.
fn compose_each(characters: &[char]) -> Vec<InJis> {
    let from = Mailbox { name: None, address: "alert@example.jp".to_owned() };
    let identity = Identity { from, charset: CharsetPolicy::Auto };
    let mut found = Vec::new();
    for &scalar in characters {
        for text in [scalar.to_string(), format!("障害 {scalar} を検知")] {
            let draft = Draft { subject: text.clone(), body: text.clone(), ..plain() };
            let octets = compose(&draft, &identity).octets;
            let mail = MessageParser::default().parse(&octets[..]).expect("a mail");
            let (block, body) = halves(&octets);
            for (key, shown, octets, got) in [
                ("subject", Shown::value(&text, identity.charset), block, mail.subject().unwrap_or_default()),
                ("body", Shown::body(&text, identity.charset), body, &*mail.body_text(0).expect("a text")),
            ] {
                let is_jis = shown.charset == Charset::Iso2022Jp;
                let expected = Expected { key, text: shown.text, is_jis };
                assert!(expected.is_shown_by(got), "{scalar:?}: {expected:?} came as {got:?}");
                if !is_jis && !is_taken_out(scalar) {
                    assert_eq!(expected.text.trim_end_matches("\r\n"), text, "{scalar:?}");
                }
                if is_jis {
                    found.push(InJis { scalar, octets: octets.to_vec(), expected });
                }
            }
        }
    }
    found
}

/// What no header, or no body, may hold: controls, ends of lines, and what turns the display around.
fn is_taken_out(scalar: char) -> bool {
    scalar.is_control()
        || matches!(scalar, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}')
}

/// The header block and what is behind it.
fn halves(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").expect("a header block ends");
    (&octets[..end], &octets[end + 4..])
}

/// What Python says: of each text that it is asked for, and the characters that its codec holds, as UTF-8.
fn ask_python(asked: &[InJis]) -> (Vec<String>, String) {
    let lines: Vec<String> = (asked.iter())
        .map(|InJis { octets, expected, .. }| format!("{} {}\n", expected.key, STANDARD.encode(octets)))
        .collect();
    let mut command = Command::new("python3");
    command.arg(beside("scalars.py"));
    let said = run_within(PATIENCE, &mut command, lines.concat().as_bytes()).expect_success();
    let decoded = |line: &str| String::from_utf8(STANDARD.decode(line).expect("base64")).expect("UTF-8");
    let mut said: Vec<String> = said.lines().map(decoded).collect();
    let held = said.pop().expect("a last line");
    (said, held)
}

#[test]
fn every_character_comes_back_alone_and_in_a_sentence_from_the_charset_that_python_would_choose() {
    let beyond = ('\u{10000}'..=char::MAX).step_by(if is_whole_run() { 1 } else { STEP });
    let scalars: Vec<char> = ('\0'..='\u{FFFF}').chain(beyond).collect();
    let shares = scalars.chunks(scalars.len().div_ceil(2));
    let in_jis: Vec<InJis> = std::thread::scope(|scope| {
        let shares: Vec<_> = shares.map(|share| scope.spawn(|| compose_each(share))).collect();
        shares.into_iter().flat_map(|share| share.join().expect("a share")).collect()
    });
    let (said, held) = ask_python(&in_jis);
    assert_eq!(said.len(), in_jis.len(), "Python reads every text");
    let mut alone = BTreeMap::new();
    for (InJis { scalar, expected, .. }, got) in in_jis.iter().zip(&said) {
        assert!(expected.is_shown_by(got), "{scalar:?}: {expected:?} came as {got:?}");
        if expected.key == "subject" && expected.text.chars().count() == 1 {
            alone.insert(*scalar, expected.text.clone());
        }
    }
    let respelled = |c: &char| matches!(c, '\u{FF61}'..='\u{FF9F}') || RESPELLED.contains(*c);
    let chosen: String = alone.keys().filter(|c| !respelled(c)).collect();
    let held: String = held.chars().filter(|c| !respelled(c)).collect();
    assert_eq!(chosen, held, "what fits is sent in ISO-2022-JP, and nothing else is");
    for (scalar, shown) in &alone {
        let is_itself = folded(shown) == folded(&scalar.to_string());
        assert!(is_itself || matches!(scalar, '\u{FF61}'..='\u{FF9F}'), "{scalar:?} became {shown:?}");
    }
    note(&format!(
        "{} characters, {} of them in ISO-2022-JP; {} texts read by Python",
        scalars.len(),
        alone.len(),
        said.len()
    ));
}
