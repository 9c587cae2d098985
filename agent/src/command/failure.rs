//! What a failed session means to whoever asked for it: an exit code.

use smtp::{Failure, Phase, Trouble};

use crate::exit::Exit;

/// Replies that ask for a login first (RFC 4954 section 6), in whichever phase.
const LOGIN_WANTED: u16 = 530;

/// The exit code for a failure.
pub(super) fn exit_for(failure: &Failure) -> Exit {
    match &failure.trouble {
        Trouble::Unreachable(_)
        | Trouble::NoNetwork(_)
        | Trouble::Closed(_)
        | Trouble::Silent { .. }
        | Trouble::Protocol(_)
        | Trouble::Tls(_)
        | Trouble::StartTlsMissing
        | Trouble::Withdrawn
        | Trouble::Exit { .. }
        | Trouble::Local(_) => Exit::Unavailable,
        Trouble::NoCommonMechanism { .. }
        | Trouble::PasswordNeedsTls
        | Trouble::MechanismUnusable { .. }
        | Trouble::ServerUnproven(_)
        | Trouble::TokenRefused(_) => Exit::NoPermission,
        Trouble::TooLarge { .. } | Trouble::EightBitMissing | Trouble::Unaddressable(_) => Exit::Data,
        Trouble::Settings(_) => Exit::Config,
        Trouble::Reply(reply) if reply.code.is_transient() => Exit::NotNow,
        Trouble::Reply(reply) if reply.code.0 == LOGIN_WANTED => Exit::NoPermission,
        Trouble::Reply(_) => match failure.phase {
            Phase::Auth => Exit::NoPermission,
            Phase::Mail | Phase::Rcpt | Phase::Data | Phase::Dot => Exit::Data,
            Phase::Connect
            | Phase::Greeting
            | Phase::Ehlo
            | Phase::StartTls
            | Phase::Tls
            | Phase::Rset
            | Phase::Quit
            | Phase::Program
            | Phase::Maildir => Exit::Unavailable,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::{Reply, ReplyCode};

    #[test]
    fn the_exit_code_says_who_can_mend_it() {
        let reply = |code| Trouble::Reply(Reply::new(ReplyCode(code), ["x"]));
        for (phase, trouble, exit) in [
            (Phase::Connect, Trouble::Unreachable(String::new()), Exit::Unavailable),
            (Phase::Greeting, reply(554), Exit::Unavailable),
            (Phase::Greeting, reply(421), Exit::NotNow),
            (Phase::Auth, reply(535), Exit::NoPermission),
            (Phase::Auth, reply(454), Exit::NotNow),
            (Phase::Auth, Trouble::PasswordNeedsTls, Exit::NoPermission),
            (Phase::Mail, reply(530), Exit::NoPermission),
            (Phase::Mail, reply(553), Exit::Data),
            (Phase::Rcpt, reply(550), Exit::Data),
            (Phase::Rcpt, reply(450), Exit::NotNow),
            (Phase::Dot, Trouble::Silent { seconds: 600 }, Exit::Unavailable),
            (Phase::Auth, Trouble::Settings(String::new()), Exit::Config),
        ] {
            assert_eq!(exit_for(&Failure::new(phase, trouble.clone())), exit, "{phase} {trouble}");
        }
    }
}
