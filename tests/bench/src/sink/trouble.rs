//! What may be wrong with a sink, for those who have another provider.

use super::dialogue::Said;

/// One trouble, with every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It takes connections and never says a word.
    Silent,
    /// It greets with 421 and is gone.
    Closed,
    /// It says 450 there, to every mail.
    Later(Stage),
}

/// A place in the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The reply to MAIL.
    Mail,
    /// The reply to RCPT.
    Rcpt,
    /// The reply to DATA.
    Data,
    /// The reply to the final dot.
    Dot,
}

/// Not now.
const LATER: &[u8] = b"450 4.3.0 try again later\r\n";
/// What hangs on something that was refused.
const OUT_OF_ORDER: &[u8] = b"503 5.5.1 not now\r\n";

/// What a sink with or without a trouble has against a command.
#[derive(Debug)]
pub(super) struct Refusals {
    at: Option<Stage>,
    /// The envelope of this mail was refused.
    has_none: bool,
}

impl Refusals {
    pub(super) fn of(trouble: Option<Trouble>) -> Self {
        let at = match trouble {
            Some(Trouble::Later(stage)) => Some(stage),
            _ => None,
        };
        Self { at, has_none: false }
    }

    /// The reply to this command, if it is refused. What was pipelined behind a refused command is out of order.
    pub(super) fn of_command(&mut self, said: &Said) -> Option<&'static [u8]> {
        let stage = match said {
            Said::Mail => {
                self.has_none = false;
                Stage::Mail
            }
            Said::Rcpt => Stage::Rcpt,
            Said::Data => Stage::Data,
            Said::Chunk { is_last: false, .. } => return self.has_none.then_some(OUT_OF_ORDER),
            // One command is all of it; a sink that would say 450 to either of the two says it here.
            Said::Chunk { is_last: true, .. } if self.at == Some(Stage::Dot) => Stage::Dot,
            Said::Chunk { is_last: true, .. } => Stage::Data,
            _ => return None,
        };
        if self.has_none {
            return Some(OUT_OF_ORDER);
        }
        let is_refused = self.at == Some(stage);
        self.has_none = is_refused && matches!(stage, Stage::Mail | Stage::Rcpt);
        is_refused.then_some(LATER)
    }

    /// The reply to the final dot, if it is refused.
    pub(super) fn of_dot(&self) -> Option<&'static [u8]> {
        (self.at == Some(Stage::Dot)).then_some(LATER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pipelined_behind_a_refused_command_is_refused_and_the_next_mail_begins_anew() {
        let last = Said::Chunk { octets: 1, is_last: true };
        for (stage, codes) in [
            (None, ["", "", "", ""]),
            (Some(Stage::Mail), ["450", "503", "503", "503"]),
            (Some(Stage::Rcpt), ["", "450", "503", "503"]),
            (Some(Stage::Data), ["", "", "450", "450"]),
            (Some(Stage::Dot), ["", "", "", "450"]),
        ] {
            let mut refusals = Refusals::of(stage.map(Trouble::Later));
            for mail in 0..2 {
                let said = [&Said::Mail, &Said::Rcpt, &Said::Data, &last].map(|said| {
                    let reply = refusals.of_command(said).unwrap_or_default();
                    String::from_utf8_lossy(reply).chars().take(3).collect::<String>()
                });
                assert_eq!(said, codes, "{stage:?}, mail {mail}");
            }
            assert_eq!(refusals.of_dot().is_some(), stage == Some(Stage::Dot), "{stage:?}");
        }
    }
}
