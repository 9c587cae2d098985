//! The table for replies: enhanced status code first (RFC 3463), then words, then the bare code.

use smtp::{Phase, Reply};

use super::Lasting::{Hard, Soft};
use super::{Scope, Verdict, is_before_the_envelope};

/// Words with which providers without enhanced codes refuse us, and not the recipient.
const POLICY_WORDS: [&str; 10] = [
    "relay",
    "denied",
    "block",
    "spam",
    "policy",
    "authenti",
    "not permitted",
    "not allowed",
    "rejected for",
    "blacklist",
];

/// Words for a mailbox or an account that has no room just now, whatever the code.
const QUOTA_WORDS: [&str; 4] = ["quota", "sending limit", "mailbox full", "mailbox is full"];

pub(super) fn judge_reply(phase: Phase, reply: &Reply) -> Verdict {
    let code = reply.code.0;
    if code == 421 {
        return Verdict::new(Scope::Provider, Soft, "going-away");
    }
    let soft = code < 500;
    match phase {
        Phase::Auth if soft => Verdict::new(Scope::Provider, Soft, "login-not-now"),
        Phase::Auth => Verdict::new(Scope::Provider, Hard, "login-refused"),
        _ if is_before_the_envelope(phase) => Verdict::new(Scope::Provider, Soft, "session-refused"),
        Phase::Mail => judge_mail(reply, soft),
        Phase::Rcpt => judge_recipient(reply, soft),
        Phase::Dot => judge_content(reply, soft),
        _ => Verdict::new(Scope::Provider, Soft, "data-refused"),
    }
}

fn judge_mail(reply: &Reply, soft: bool) -> Verdict {
    match numbers(reply) {
        Some((3, 4)) => Verdict::new(Scope::Message, Hard, "too-large"),
        _ if reply.code.0 == 552 => Verdict::new(Scope::Message, Hard, "too-large"),
        _ if soft => Verdict::new(Scope::Provider, Soft, "sender-not-now"),
        _ if reply.code.0 == 530 => Verdict::new(Scope::Provider, Hard, "login-needed"),
        _ => Verdict::new(Scope::Provider, Hard, "sender-refused"),
    }
}

fn judge_recipient(reply: &Reply, soft: bool) -> Verdict {
    match (numbers(reply), soft) {
        (Some((5, 3)), _) => return Verdict::new(Scope::Provider, Soft, "too-many-recipients"),
        (Some((2, 2)), _) => return Verdict::new(Scope::Recipient, Soft, "mailbox-full"),
        (Some((2, 1)), _) => return Verdict::new(Scope::Recipient, Soft, "mailbox-disabled"),
        // 5.1.7 and 5.1.8 speak of the sender's address, though they answer RCPT.
        (Some((1, 7 | 8)), false) => return Verdict::new(Scope::Provider, Hard, "sender-refused"),
        // OpenSMTPD's words for a mailbox that it does not have, with the code 524.
        (Some((2, 4)), false) => return Verdict::new(Scope::Recipient, Hard, "no-such-recipient"),
        (Some((1, _)), false) => return Verdict::new(Scope::Recipient, Hard, "no-such-recipient"),
        (Some((7, _)), false) => return Verdict::new(Scope::Provider, Hard, "policy"),
        (Some((3..=5, _)), false) => return Verdict::new(Scope::Provider, Soft, "provider-trouble"),
        (_, true) => return Verdict::new(Scope::Recipient, Soft, "recipient-not-now"),
        (_, false) => {}
    }
    let text = reply.text().to_ascii_lowercase();
    if is_about_quota(&text) {
        return Verdict::new(Scope::Recipient, Soft, "mailbox-full");
    }
    if POLICY_WORDS.iter().any(|word| text.contains(word)) {
        return Verdict::new(Scope::Provider, Hard, "policy-words");
    }
    match reply.code.0 {
        550 | 551 | 553 => Verdict::new(Scope::Recipient, Hard, "no-such-recipient"),
        552 => Verdict::new(Scope::Recipient, Soft, "mailbox-full"),
        _ => Verdict::new(Scope::Provider, Soft, "unknown-refusal"),
    }
}

fn judge_content(reply: &Reply, soft: bool) -> Verdict {
    match numbers(reply) {
        _ if soft => Verdict::new(Scope::Message, Soft, "message-not-now"),
        Some((3, 4)) => Verdict::new(Scope::Message, Hard, "too-large"),
        Some((7, _)) => Verdict::new(Scope::Provider, Hard, "policy"),
        Some((2, 2)) => Verdict::new(Scope::Recipient, Soft, "mailbox-full"),
        // Microsoft's words for a header From that is not the account's.
        Some((2, 252)) => Verdict::new(Scope::Provider, Hard, "sender-refused"),
        // It speaks of the dialogue and not of the message, which the next provider may well take.
        Some((5, _)) | None if (500..=504).contains(&reply.code.0) => {
            Verdict::new(Scope::Provider, Hard, "not-understood")
        }
        // Nobody knows any more whose it is, ours or a recipient's: later it may fit, and elsewhere it may fit now.
        _ if is_about_quota(&reply.text().to_ascii_lowercase()) => {
            Verdict::new(Scope::Provider, Soft, "over-quota")
        }
        _ => Verdict::new(Scope::Message, Hard, "message-refused"),
    }
}

fn is_about_quota(text: &str) -> bool {
    QUOTA_WORDS.iter().any(|word| text.contains(word))
}

/// Subject and detail of the enhanced status code.
fn numbers(reply: &Reply) -> Option<(u16, u16)> {
    reply.enhanced.map(|status| (status.subject, status.detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::judge;
    use smtp::{Failure, ReplyCode, Trouble};

    fn reply(text: &str) -> Reply {
        let (code, rest) = text.split_at(3);
        Reply::new(ReplyCode(code.parse().expect("a code")), [rest.trim_start()])
    }

    #[test]
    fn each_refusal_has_its_scope_and_its_rule() {
        use Phase::{Auth, Data, Dot, Ehlo, Greeting, Mail, Rcpt};
        for (phase, text, verdict) in [
            (Greeting, "554 5.3.2 no service here", "provider soft session-refused"),
            (Ehlo, "421 4.3.2 too busy", "provider soft going-away"),
            (Auth, "535 5.7.8 bad credentials", "provider hard login-refused"),
            (Auth, "454 4.7.0 temporary", "provider soft login-not-now"),
            (Mail, "530 5.7.0 authentication required", "provider hard login-needed"),
            (Mail, "553 sorry, that address is not registered", "provider hard sender-refused"),
            (Mail, "451 4.3.0 later", "provider soft sender-not-now"),
            (Mail, "552 5.3.4 too big", "message hard too-large"),
            (Rcpt, "550 5.1.1 unknown user", "recipient hard no-such-recipient"),
            (Rcpt, "550 Unknown user", "recipient hard no-such-recipient"),
            (Rcpt, "524 5.2.4 Mailing list expansion problem: <a@b>", "recipient hard no-such-recipient"),
            (Rcpt, "554 5.7.1 relay access denied", "provider hard policy"),
            (Rcpt, "554 Relay access denied", "provider hard policy-words"),
            (Rcpt, "550 blocked by our list", "provider hard policy-words"),
            (Rcpt, "450 4.2.1 busy", "recipient soft mailbox-disabled"),
            (Rcpt, "451 greylisted", "recipient soft recipient-not-now"),
            (Rcpt, "452 4.5.3 too many recipients", "provider soft too-many-recipients"),
            (Rcpt, "552 5.2.2 mailbox full", "recipient soft mailbox-full"),
            (Rcpt, "450 4.1.2 no such domain just now", "recipient soft recipient-not-now"),
            (Rcpt, "554 over quota, try again later", "recipient soft mailbox-full"),
            (Rcpt, "550 Mailbox full", "recipient soft mailbox-full"),
            (Rcpt, "550 5.4.5 daily sending quota exceeded", "provider soft provider-trouble"),
            (Data, "451 4.3.0 later", "provider soft data-refused"),
            (Dot, "451 4.7.1 later", "message soft message-not-now"),
            (Dot, "554 5.2.2 over quota", "recipient soft mailbox-full"),
            (Dot, "554 5.2.252 not allowed to send as another", "provider hard sender-refused"),
            (Dot, "554 Quota exceeded", "provider soft over-quota"),
            (Dot, "550 5.7.1 looks like spam", "provider hard policy"),
            (Dot, "554 5.6.0 bad content", "message hard message-refused"),
            (Dot, "502 5.5.2 command not recognized", "provider hard not-understood"),
            (Dot, "500 what?", "provider hard not-understood"),
            (Dot, "421 4.3.2 going down", "provider soft going-away"),
        ] {
            let given = judge(&Failure::new(phase, Trouble::Reply(reply(text))));
            let words = format!("{} {} {}", given.scope.as_str(), given.lasting.as_str(), given.rule);
            assert_eq!(words, verdict, "{phase}: {text}");
        }
    }

    #[test]
    fn only_a_reply_to_rcpt_can_give_a_recipient_up() {
        let phases = [
            Phase::Greeting,
            Phase::Ehlo,
            Phase::StartTls,
            Phase::Auth,
            Phase::Mail,
            Phase::Data,
            Phase::Dot,
            Phase::Rset,
        ];
        for phase in phases {
            for code in 400..600 {
                let given = judge(&Failure::new(
                    phase,
                    Trouble::Reply(Reply::new(ReplyCode(code), ["5.1.1 unknown user"])),
                ));
                assert!(!given.refuses_recipient_for_good(), "{phase} {code}");
            }
        }
    }
}
