//! What commands say, without what changes from run to run: this is the one place that knows what that is. A stand-in is as wide as what
//! it stands for, and of the same kind, so that columns stay where they are and a document keeps its schema.

use std::path::Path;

use serde_json::Value;

/// Stands for the id of any alert.
pub(crate) const ID: &str = "01kax3tzzzzzzzzzzzzzzzzzzz";

/// Shapes and what stands for them: `9` is a digit, `x` a digit or a small letter, `A` a big letter, `a` a
/// small one, all else itself. Nothing of the kind may stand beside it.
const SHAPES: [(&str, &str); 15] = [
    ("9999-99-99T99:99:99.999Z", "2026-11-25T03:04:05.678Z"),
    ("9999-99-99", "2026-11-25"),
    ("99:99:99", "03:04:05"),
    ("99:99", "03:04"),
    ("Aaa, 99 Aaa 9999", "Wed, 25 Nov 2026"),
    ("Aaa, 9 Aaa 9999", "Wed, 25 Nov 2026"),
    // Identities of alerts, whole and as short as they may be; a key of a certificate.
    ("01xxxxxxxxxxxxxxxxxxxxxxxx", ID),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ),
    ("01mxxxxxxx", "01kax3tzzz"),
    // Ports; octets of a mail with a date in it.
    ("99999", "12345"),
    ("SIZE=999", "SIZE=383"),
    ("999 octets", "383 octets"),
    ("999バイト", "383バイト"),
    ("9.9 s", "1.2 s"),
    ("9.9秒", "1.2秒"),
];

/// Units of numbers that have another length each time.
const MEASURED: [&str; 4] = [" ms", "ミリ秒", " days left", "日）"];

/// A port in a document.
const PORT: u64 = 12345;

/// The text for `folder`, which is where the test has its files.
pub(crate) fn text(said: &str, folder: &Path) -> String {
    let said = said.replace(&folder.to_string_lossy().into_owned(), "/run/test");
    let mut steady = String::new();
    let mut before = ' ';
    let mut rest = said.as_str();
    while let Some(next) = rest.chars().next() {
        let shape = SHAPES.iter().find(|(shape, _)| {
            !before.is_ascii_alphanumeric()
                && fits(rest, shape)
                && is_chance(rest, shape)
                && !is_word(rest.chars().nth(shape.chars().count()))
        });
        if let Some((shape, instead)) = shape {
            steady.push_str(instead);
            rest = &rest[shape.len()..];
            before = '0';
        } else {
            steady.push(next);
            rest = &rest[next.len_utf8()..];
            before = next;
        }
    }
    let user = format!("by={}", rustix::process::getuid().as_raw());
    let steady = steady.replace(&user, "by=1000");
    MEASURED.iter().fold(steady, |text, unit| measured(&text, unit))
}

/// Five digits are a port where the system takes ports from; a limit may have as many.
fn is_chance(rest: &str, shape: &str) -> bool {
    shape != "99999" || rest[..shape.len()].parse().is_ok_and(|port: u64| (32_768..=60_999).contains(&port))
}

fn is_word(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter.is_ascii_alphanumeric())
}

fn fits(text: &str, shape: &str) -> bool {
    let mut letters = text.chars();
    shape.chars().all(|expected| {
        letters.next().is_some_and(|letter| match expected {
            '9' => letter.is_ascii_digit(),
            'A' => letter.is_ascii_uppercase(),
            'a' => letter.is_ascii_lowercase(),
            'x' => letter.is_ascii_digit() || letter.is_ascii_lowercase(),
            _ => letter == expected,
        })
    })
}

/// With `7` for each number before this unit, and one blank for those that fill its column.
fn measured(text: &str, unit: &str) -> String {
    let mut parts = text.split(unit).peekable();
    let mut steady = String::new();
    while let Some(part) = parts.next() {
        let number = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if parts.peek().is_none() || number == part {
            steady.push_str(part);
        } else {
            let column = number.trim_end_matches(' ');
            let blank = if column.len() < number.len() { " " } else { "" };
            steady.extend([column, blank, "7"]);
        }
        steady.push_str(if parts.peek().is_some() { unit } else { "" });
    }
    steady
}

/// A document for the same folder, set for people.
pub(crate) fn document(said: &str, folder: &Path) -> String {
    let mut value: Value = serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"));
    settle("", &mut value, folder);
    serde_json::to_string_pretty(&value).expect("a value") + "\n"
}

fn settle(key: &str, value: &mut Value, folder: &Path) {
    match value {
        Value::Object(map) => map.iter_mut().for_each(|(key, value)| settle(key, value, folder)),
        Value::Array(list) => list.iter_mut().for_each(|value| settle(key, value, folder)),
        Value::String(said) => *said = text(said, folder),
        Value::Number(_) if key.ends_with("_ms") => *value = 7.into(),
        Value::Number(number) if key == "port" && number.as_u64().is_some_and(|port| port > 9999) => {
            *value = PORT.into();
        }
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

#[test]
fn what_changes_gets_a_name_and_all_else_stays() {
    let said = "  at 2030-01-31 23:59:59 on 127.0.0.1:54321 +  17 ms 01m8ep7h88zzzzzzzzzzzzzzz0: 250 2.0.0 /tmp/x/spool, 4 alerts";
    let steady = "  at 2026-11-25 03:04:05 on 127.0.0.1:12345 + 7 ms 01kax3tzzzzzzzzzzzzzzzzzzz: 250 2.0.0 /run/test/spool, 4 alerts";
    assert_eq!(text(said, Path::new("/tmp/x")), steady);
    let kept = "26214400 a54321 1234 65535";
    assert_eq!(text(kept, Path::new("/tmp/x")), kept);
    assert_eq!(text("42ミリ秒", Path::new("/tmp/x")), "7ミリ秒");
}
