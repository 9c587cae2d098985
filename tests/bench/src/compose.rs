//! Mails composed from one alert with 1 KiB of text, in each charset, next to other composers and to the least that it
//! can cost: the text in its charset and its transfer encoding, and a header block that is already there.

use std::hint::black_box;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::ContentType;
use mail_builder::MessageBuilder;
use mime::{CharsetPolicy, Draft, Identity, Importance, Mailbox, compose};
use serde_json::json;

use crate::clock;
use crate::report::Report;

/// Octets of a text, in UTF-8.
const TEXT_OCTETS: usize = 1024;
const FROM: (&str, &str) = ("alerts", "alert@example.jp");
const TO: (&str, &str) = ("on call", "oncall@example.jp");
const HEADER_BLOCK: &str = "From: alerts <alert@example.jp>\r\nTo: on call <oncall@example.jp>\r\nSubject: \r\n\
    Date: Wed, 25 Nov 2026 14:14:02 +0900\r\nMessage-ID: <01j9x3c4d5e6f7g8h9j0k1m2n3@web1.example.jp>\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";

/// Mails composed a second, in US-ASCII, ISO-2022-JP and UTF-8.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Mails of each contender in a round.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    mails: u32,
    /// Rounds; in each of them all contenders take turns.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// Somebody who composes, given one kind of alert.
struct Contender {
    name: &'static str,
    charset: &'static str,
    compose: Box<dyn Fn() -> Vec<u8>>,
    /// One for each round.
    times: Vec<Duration>,
}

pub(crate) fn measure(args: &Args) -> Result<Report, String> {
    let mut contenders = contenders();
    for contender in &contenders {
        expect_text(contender)?;
    }
    for _ in 0..args.rounds {
        for contender in &mut contenders {
            let start = clock::now();
            for _ in 0..args.mails {
                black_box((contender.compose)());
            }
            contender.times.push(start.elapsed());
        }
    }
    let mut report = Report::new(&["composer", "charset", "octets", "us_each", "per_s", "x_floor"]);
    let mut floor = f64::NAN;
    for contender in &mut contenders {
        contender.times.sort_unstable();
        let seconds = contender.times[contender.times.len() / 2].as_secs_f64() / f64::from(args.mails);
        if contender.name == FLOOR {
            floor = seconds;
        }
        report.row([
            json!(contender.name),
            json!(contender.charset),
            json!((contender.compose)().len()),
            json!(seconds * 1e6),
            json!(1.0 / seconds),
            json!(seconds / floor),
        ]);
    }
    report.note("us_each: median of the rounds; x_floor: against the floor of the same charset.");
    Ok(report)
}

const FLOOR: &str = "floor";

/// All of them, the floor of each charset first.
fn contenders() -> Vec<Contender> {
    let contender = |name, charset, compose| Contender { name, charset, compose, times: Vec::new() };
    let mut all = Vec::new();
    for (charset, subject, line, floor) in [
        ("US-ASCII", "disk full on db1", "/var on db1 is at 98 %, 412 MiB are left\n", plain_floor as Floor),
        (
            "ISO-2022-JP",
            "障害: db1 のディスクが満杯です",
            "db1 の /var が 98 % です。すぐに対応してください。\n",
            jis_floor,
        ),
        (
            "UTF-8",
            "🚨 db1 のディスクが満杯です",
            "🚨 db1 の /var が 98 % です。すぐに対応してください。\n",
            utf8_floor,
        ),
    ] {
        let mut text = line.repeat(TEXT_OCTETS / line.len() + 1);
        text.truncate(text.floor_char_boundary(TEXT_OCTETS - 1));
        text.push('\n');
        let floor_text = text.clone();
        all.push(contender(
            FLOOR,
            charset,
            Box::new(move || floor(subject, &floor_text)) as Box<dyn Fn() -> _>,
        ));
        all.push(contender("alertmail", charset, ours(subject, text.clone())));
        if charset != "ISO-2022-JP" {
            // The others write UTF-8 and nothing else.
            all.push(contender("mail-builder", charset, by_mail_builder(subject, text.clone())));
            all.push(contender("lettre", charset, by_lettre(subject, text)));
        }
    }
    all
}

/// A subject and a text to octets.
type Floor = fn(&str, &str) -> Vec<u8>;

fn plain_floor(subject: &str, text: &str) -> Vec<u8> {
    let mut octets = header_block(subject);
    octets.extend(text.replace('\n', "\r\n").into_bytes());
    octets
}

fn jis_floor(subject: &str, text: &str) -> Vec<u8> {
    let jis = |text: &str| encoding_rs::ISO_2022_JP.encode(text).0.into_owned();
    let mut octets = header_block(&STANDARD.encode(jis(subject)));
    octets.extend(jis(&text.replace('\n', "\r\n")));
    octets
}

fn utf8_floor(subject: &str, text: &str) -> Vec<u8> {
    let mut octets = header_block(&STANDARD.encode(subject));
    let encoded = STANDARD.encode(text.replace('\n', "\r\n"));
    for line in encoded.as_bytes().chunks(76) {
        octets.extend(line);
        octets.extend(b"\r\n");
    }
    octets
}

fn header_block(subject: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(2_048);
    octets.extend(HEADER_BLOCK.as_bytes());
    octets.extend(subject.as_bytes());
    octets
}

fn ours(subject: &'static str, body: String) -> Box<dyn Fn() -> Vec<u8>> {
    let mailbox =
        |(name, address): (&str, &str)| Mailbox { name: Some(name.to_owned()), address: address.to_owned() };
    let identity = Identity { from: mailbox(FROM), charset: CharsetPolicy::Auto };
    let draft = Draft {
        id: "01j9x3c4d5e6f7g8h9j0k1m2n3".to_owned(),
        domain: "web1.example.jp".to_owned(),
        key: None,
        created_ms: 1_795_583_642_000,
        utc_offset_minutes: 540,
        importance: Importance::Normal,
        subject: subject.to_owned(),
        body,
        to: vec![mailbox(TO)],
        cc: Vec::new(),
        reply_to: None,
        headers: Vec::new(),
        attachments: Vec::new(),
    };
    Box::new(move || compose(&draft, &identity).octets)
}

fn by_mail_builder(subject: &'static str, body: String) -> Box<dyn Fn() -> Vec<u8>> {
    Box::new(move || {
        let message = MessageBuilder::new()
            .from(FROM)
            .to(TO)
            .subject(subject)
            .message_id("01j9x3c4d5e6f7g8h9j0k1m2n3@web1.example.jp")
            .date(1_795_583_642_i64)
            .text_body(body.as_str());
        message.write_to_vec().expect("a vector takes everything")
    })
}

fn by_lettre(subject: &'static str, body: String) -> Box<dyn Fn() -> Vec<u8>> {
    let mailbox = |(name, address): (&str, &str)| {
        lettre::message::Mailbox::new(Some(name.to_owned()), address.parse().expect("an address"))
    };
    let (from, to) = (mailbox(FROM), mailbox(TO));
    Box::new(move || {
        let message = lettre::Message::builder()
            .from(from.clone())
            .to(to.clone())
            .subject(subject)
            .message_id(Some("<01j9x3c4d5e6f7g8h9j0k1m2n3@web1.example.jp>".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(body.clone());
        message.expect("a message").formatted()
    })
}

/// Nobody is measured who leaves the text out, or the charset.
fn expect_text(contender: &Contender) -> Result<(), String> {
    let Contender { name, charset, compose, .. } = contender;
    let octets = compose();
    let label = String::from_utf8_lossy(&octets).to_ascii_uppercase().contains(&format!("CHARSET={charset}"));
    let is_ours = *name == "alertmail";
    if octets.len() < TEXT_OCTETS * 9 / 10 || (is_ours && !label) {
        return Err(format!("{name} writes {} octets, or not in {charset}", octets.len()));
    }
    Ok(())
}
