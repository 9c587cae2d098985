//! What became of it: one line for people, one object for machines, one exit code.

use smtp::{Failure, Outcome, Path, RecipientOutcome, Reply};

use super::mail::Mail;
use crate::command::failure::exit_for;
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::printable;

/// Everything that is known; also what `send --json` prints.
#[derive(Debug, serde::Serialize)]
pub(super) struct Sent {
    /// The provider's name, or the server's.
    provider: String,
    /// Whether everybody has it.
    delivered: bool,
    /// The exit code that says so.
    exit_code: u8,
    /// Message-ID, with brackets.
    message_id: String,
    /// Size of the mail.
    octets: usize,
    /// In the order of the envelope.
    recipients: Vec<Recipient>,
    #[serde(skip)]
    exit: Exit,
}

/// One recipient.
#[derive(Debug, serde::Serialize)]
struct Recipient {
    /// Address.
    to: String,
    result: Fate,
    /// Where it ended, if not well.
    phase: Option<&'static str>,
    /// The reply's code, if there was one.
    code: Option<u16>,
    /// The reply, or what went wrong.
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    /// The provider has taken it over.
    Delivered,
    /// It certainly has not.
    NotDelivered,
    /// The reply was lost.
    Uncertain,
}

impl Sent {
    pub(super) fn new(provider: &str, mail: &Mail, outcome: &Outcome) -> Self {
        let recipients: Vec<Recipient> = mail
            .recipients
            .iter()
            .zip(&outcome.recipients)
            .map(|(to, outcome)| Recipient::new(to, outcome))
            .collect();
        let exit = exit(outcome);
        Self {
            provider: printable(provider),
            delivered: exit == Exit::Done,
            exit_code: exit.code(),
            message_id: mail.message_id.clone(),
            octets: mail.octets.len(),
            recipients,
            exit,
        }
    }

    pub(super) const fn exit(&self) -> Exit {
        self.exit
    }

    /// `sent: home has it for a@example.jp (250 …)`; who has it comes first.
    pub(super) fn line(&self, tongue: Tongue) -> String {
        let Self { provider, recipients, .. } = self;
        let of = |fate: Fate| recipients.iter().filter(move |it| it.result == fate).collect::<Vec<_>>();
        let mut parts = Vec::new();
        for (fate, verb, state) in [
            (Fate::Delivered, "has it for", "送信済み"),
            (Fate::Uncertain, "may have it for", "届いた可能性あり"),
            (Fate::NotDelivered, "does not have it for", "未達"),
        ] {
            parts.extend(groups(&of(fate)).into_iter().map(|(who, why)| {
                let why_in = notice::why(tongue, &why);
                tongue.either(format!("{verb} {who} ({why})"), format!("{who} 宛ては{state}（{why_in}）"))
            }));
        }
        let (word, japanese) = match (of(Fate::Delivered).len(), of(Fate::Uncertain).len()) {
            (all, _) if all == recipients.len() => ("sent", "送信しました"),
            (0, 0) => ("not sent", "送信できませんでした"),
            (0, _) => ("perhaps sent", "送信できた可能性があります"),
            (_, _) => ("partly sent", "一部の宛先に送信しました"),
        };
        tongue.either(
            format!("{word}: {provider} {}\n", parts.join("; ")),
            format!("{japanese}: {provider}、{}\n", parts.join("、")),
        )
    }
}

/// Those for whom the same was said stand together.
fn groups(recipients: &[&Recipient]) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for recipient in recipients {
        match groups.iter_mut().find(|(_, why)| *why == recipient.text) {
            Some((who, _)) => *who = format!("{who}, {}", recipient.to),
            None => groups.push((recipient.to.clone(), recipient.text.clone())),
        }
    }
    groups
}

impl Recipient {
    fn new(to: &Path, outcome: &RecipientOutcome) -> Self {
        let to = printable(to.as_str());
        let (result, failure) = match outcome {
            RecipientOutcome::Delivered(reply) => {
                let code = Some(reply.code.0);
                return Self { to, result: Fate::Delivered, phase: None, code, text: words(reply) };
            }
            RecipientOutcome::Taken { text, .. } => {
                let text = printable(text);
                return Self { to, result: Fate::Delivered, phase: None, code: None, text };
            }
            RecipientOutcome::Failed(failure) => (Fate::NotDelivered, failure),
            RecipientOutcome::Uncertain(failure) => (Fate::Uncertain, failure),
        };
        let code = failure.reply().map(|reply| reply.code.0);
        Self { to, result, phase: Some(failure.phase.as_str()), code, text: trouble(failure) }
    }
}

fn words(reply: &Reply) -> String {
    printable(&reply.to_string())
}

fn trouble(failure: &Failure) -> String {
    printable(&failure.to_string())
}

/// 0 if everybody has it; else the code of what somebody has to mend first.
fn exit(outcome: &Outcome) -> Exit {
    let exits: Vec<Exit> = (outcome.recipients.iter())
        .filter_map(|recipient| match recipient {
            RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } => None,
            RecipientOutcome::Failed(failure) => Some(exit_for(failure)),
            RecipientOutcome::Uncertain(_) => Some(Exit::NotNow),
        })
        .collect();
    let order = [Exit::Config, Exit::NoPermission, Exit::Unavailable, Exit::Data, Exit::NotNow];
    order.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::{Phase, ReplyCode, Trouble};
    use std::sync::Arc;

    fn reply(code: u16, text: &str) -> Reply {
        Reply::new(ReplyCode(code), [text])
    }

    fn refused(code: u16, text: &str) -> RecipientOutcome {
        RecipientOutcome::Failed(Failure::new(Phase::Rcpt, Trouble::Reply(reply(code, text))))
    }

    fn sent(recipients: Vec<RecipientOutcome>) -> Sent {
        let path = |n: usize| Path::parse(&format!("{}@example.jp", ["a", "b", "c"][n])).expect("a path");
        let mail = Mail::for_tests((0..recipients.len()).map(path).collect(), Arc::from(&b"x"[..]));
        Sent::new("home", &mail, &Outcome { recipients })
    }

    #[test]
    fn one_line_says_who_has_it_and_why_the_others_have_not() {
        let taken = || RecipientOutcome::Delivered(reply(250, "2.0.0 Ok"));
        let lost = || {
            let failure = Failure::new(Phase::Dot, Trouble::Closed(String::new()));
            RecipientOutcome::Uncertain(failure)
        };
        for (outcome, exit, line) in [
            (
                vec![taken(), taken()],
                Exit::Done,
                "sent: home has it for a@example.jp, b@example.jp (250 2.0.0 Ok)",
            ),
            (
                vec![taken(), refused(550, "5.1.1 no"), refused(450, "4.2.1 busy")],
                Exit::Data,
                "partly sent: home has it for a@example.jp (250 2.0.0 Ok); does not have it for b@example.jp (at rcpt: \
                 the server answered `550 5.1.1 no`); does not have it for c@example.jp (at rcpt: the server answered \
                 `450 4.2.1 busy`)",
            ),
            (
                vec![refused(450, "4.2.1 \u{1b}[2Jbusy")],
                Exit::NotNow,
                "not sent: home does not have it for a@example.jp (at rcpt: the server answered `450 4.2.1 \\x1B[2Jbusy`)",
            ),
            (
                vec![lost()],
                Exit::NotNow,
                "perhaps sent: home may have it for a@example.jp (at dot: the connection was lost)",
            ),
        ] {
            let sent = sent(outcome);
            assert_eq!((sent.exit(), sent.line(Tongue::English).trim_end()), (exit, line));
        }
    }

    #[test]
    fn the_same_line_is_there_in_japanese_with_the_words_of_the_server_as_they_are() {
        let taken = RecipientOutcome::Delivered(reply(250, "2.0.0 Ok"));
        for (outcome, line) in [
            (vec![taken.clone()], "送信しました: home、a@example.jp 宛ては送信済み（250 2.0.0 Ok）\n"),
            (
                vec![taken, refused(550, "5.1.1 no answer")],
                "一部の宛先に送信しました: home、a@example.jp 宛ては送信済み（250 2.0.0 Ok）、\
                 b@example.jp 宛ては未達（宛先の指定の段階: サーバーの応答「550 5.1.1 no answer」）\n",
            ),
        ] {
            assert_eq!(sent(outcome).line(Tongue::Japanese), line);
        }
    }
}
