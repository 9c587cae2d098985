//! Decodes the mails that a provider took, with a reader that is not ours, shows them, and checks every word.

use std::fmt::Write as _;

use lab::Mail;
use mail_parser::{Message, MessageParser, MimeHeaders as _};
use spool_format::AlertId;

use super::Trouble;
use super::alerts::{RECIPIENT, Sample};

/// Shows the mail of each alert, or says what is wrong with it. Each has to be there once.
pub(super) fn show_and_check(
    mails: &[Mail],
    ids: &[AlertId],
    samples: &[Sample],
    from: &str,
) -> Result<String, Trouble> {
    if mails.len() != samples.len() {
        return Err(format!("{} mails arrived for {} alerts", mails.len(), samples.len()));
    }
    let mut text = String::new();
    for (id, sample) in ids.iter().zip(samples) {
        let mail = mails
            .iter()
            .find(|mail| mail.header("X-Alertmail-Id").as_deref() == Some(id.as_str()))
            .ok_or_else(|| format!("no mail for alert {id}"))?;
        let message = MessageParser::default().parse(&mail.octets).ok_or("a mail that cannot be read")?;
        check(mail, &message, sample, from).map_err(|what| format!("the mail of alert {id}: {what}"))?;
        show(&mut text, mail, &message);
    }
    Ok(text)
}

fn check(mail: &Mail, message: &Message<'_>, sample: &Sample, from: &str) -> Result<(), Trouble> {
    equal("envelope sender", mail.sender.as_str(), from)?;
    equal("envelope recipients", mail.recipients.join(" ").as_str(), RECIPIENT)?;
    equal("From", header_from(message), from)?;
    equal("Subject", message.subject().unwrap_or_default(), sample.subject)?;
    equal("text", body(message).as_str(), sample.body)?;
    equal("charset", charset(message).as_str(), sample.charset)?;
    if mail.tls { Ok(()) } else { Err("it came without TLS".to_owned()) }
}

fn equal(what: &str, found: &str, expected: &str) -> Result<(), Trouble> {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?} and should be {expected:?}")) }
}

fn show(text: &mut String, mail: &Mail, message: &Message<'_>) {
    let _ = writeln!(text, "\n  From: {}", mail.header("From").unwrap_or_default());
    let _ = writeln!(text, "  To: {}", mail.header("To").unwrap_or_default());
    let _ = writeln!(text, "  Subject: {}", message.subject().unwrap_or_default());
    let _ = writeln!(text, "  Content-Type: {}", mail.header("Content-Type").unwrap_or_default());
    for line in body(message).lines() {
        let _ = writeln!(text, "  | {line}");
    }
}

fn header_from<'a>(message: &'a Message<'_>) -> &'a str {
    message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default()
}

fn body(message: &Message<'_>) -> String {
    message.body_text(0).unwrap_or_default().replace("\r\n", "\n")
}

fn charset(message: &Message<'_>) -> String {
    let part = message.text_part(0).and_then(|part| part.content_type().cloned());
    part.and_then(|kind| kind.attribute("charset").map(str::to_ascii_lowercase)).unwrap_or_default()
}
