//! Defects on purpose: each is played in the place of the product's right behaviour, and the oracle has to find it. An oracle
//! that finds none of them would find nothing else either.
//!
//! They sit where the model touches the product: in its file system, in what goes to the writer and comes from sessions, in
//! what a start has read, and in the settings. The product has no switch for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use delivery::{HedgeAfter, Quota, RetryPlan};
use smtp::{Outcome, RecipientOutcome};
use spool_format::{Event as Fact, Ledger, Settlement, State, Wall};

use super::agent::Setup;
use super::{days, histories, totals};
use crate::spool::writer::{Batch, Deed};

const HOUR: Duration = Duration::from_hours(1);

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutant {
    /// A folder is not synced: names can vanish.
    FolderNotSynced,
    /// A file is not synced: its octets can vanish.
    FileNotSynced,
    /// A folder for mail is not synced; `mailbox` finds it.
    MailNotSynced,
    /// The journal is not synced.
    JournalNotSynced,
    /// The writer says that it is done before it has begun.
    DoneBeforeBegun,
    /// An alert is not copied before its file is removed.
    NotCopied,
    /// The journal is not told of the last octets.
    DotNotRecorded,
    /// A start forgets what was sent.
    SentForgotten,
    /// A start forgets which recipients have it.
    RecipientsForgotten,
    /// A start forgets until when an alert waits.
    BackOffForgotten,
    /// What was refused for good counts as sent.
    RefusedTakenForSent,
    /// What holds for the first recipient holds for all.
    AllLikeTheFirst,
    /// Who does not work is asked by everybody.
    BreakerNeverOpens,
    /// Who refuses the login is asked like others.
    LoginTriedOn,
    /// Who is taken back goes on.
    NotTakenBack,
    /// A provider gets more than its quota.
    QuotaIgnored,
    /// No rule of the routing holds.
    RoutingIgnored,
    /// Critical alerts wait as long as others.
    CriticalLikeOthers,
    /// Nobody is asked beside one that is slow.
    NobodyBeside,
    /// Nobody looks for alerts of which there was no hint.
    NobodyLooks,
    /// What becomes of a notice is told by a notice.
    NoticeOfNotice,
    /// The loop does not end when it is to.
    NeverStops,
    /// The loop looks again and again.
    Spins,
    /// That a message was taken counts as nothing.
    ReplyForgotten,
}

/// Each of them, with how many histories and how many days it may take at most to be found.
const ALL: [(Mutant, u64, u64); 20] = [
    (Mutant::FolderNotSynced, 300, 0),
    (Mutant::FileNotSynced, 300, 0),
    (Mutant::JournalNotSynced, 300, 0),
    (Mutant::DoneBeforeBegun, 300, 0),
    (Mutant::NotCopied, 300, 0),
    (Mutant::DotNotRecorded, 300, 0),
    (Mutant::SentForgotten, 300, 0),
    (Mutant::RecipientsForgotten, 0, 40),
    (Mutant::BackOffForgotten, 300, 0),
    (Mutant::RefusedTakenForSent, 300, 0),
    (Mutant::AllLikeTheFirst, 300, 0),
    (Mutant::BreakerNeverOpens, 0, 40),
    (Mutant::LoginTriedOn, 0, 40),
    (Mutant::NotTakenBack, 0, 40),
    (Mutant::QuotaIgnored, 0, 40),
    (Mutant::RoutingIgnored, 0, 40),
    (Mutant::CriticalLikeOthers, 0, 40),
    (Mutant::NobodyBeside, 0, 40),
    (Mutant::NobodyLooks, 0, 40),
    (Mutant::NoticeOfNotice, 0, 40),
];

impl Mutant {
    /// On its way to the writer.
    pub(super) fn spoils_batch(self, batch: &mut Batch) {
        match self {
            Self::NotCopied => batch.deeds.retain(|deed| !matches!(deed, Deed::Copy { .. })),
            Self::DotNotRecorded => {
                batch.deeds.retain(|deed| !matches!(deed, Deed::Line(Fact::DotSent { .. })));
            }
            _ => {}
        }
    }

    /// On its way from a session to the engine.
    pub(super) fn spoils_outcome(self, outcome: &mut Outcome) {
        let is_for_good =
            |failure: &smtp::Failure| failure.reply().filter(|reply| reply.code.is_permanent()).cloned();
        match self {
            Self::RefusedTakenForSent => {
                for recipient in &mut outcome.recipients {
                    if let RecipientOutcome::Failed(failure) = recipient
                        && let Some(reply) = is_for_good(failure)
                    {
                        *recipient = RecipientOutcome::Delivered(reply);
                    }
                }
            }
            Self::ReplyForgotten => {
                for recipient in &mut outcome.recipients {
                    if let RecipientOutcome::Delivered(_) = recipient {
                        *recipient = RecipientOutcome::Failed(smtp::Failure::connect("forgotten"));
                    }
                }
            }
            Self::AllLikeTheFirst => {
                let first = outcome.recipients[0].clone();
                outcome.recipients.fill(first);
            }
            _ => {}
        }
    }

    /// What a start has read.
    pub(super) fn spoils_memory(self, ledger: &mut Ledger) {
        for history in ledger.alerts.values_mut() {
            match (self, &mut history.state) {
                (Self::BackOffForgotten, State::Deferred { until }) => *until = Wall::from_unix_ms(0),
                (Self::RecipientsForgotten, _) => {
                    history.recipients.iter_mut().for_each(|(_, stands)| *stands = Settlement::Open);
                }
                _ => {}
            }
        }
        if self == Self::SentForgotten {
            ledger.sent.clear();
        }
    }

    /// What the dispatcher is told once, of which the oracle knows better.
    pub(super) fn spoils_settings(self, settings: &mut delivery::Settings) {
        match self {
            Self::BreakerNeverOpens => settings.retry.provider = vec![Duration::ZERO],
            Self::LoginTriedOn => settings.retry.login = Duration::from_secs(5),
            Self::QuotaIgnored => settings.providers.iter_mut().for_each(|it| it.quota = Quota::default()),
            Self::RoutingIgnored => settings.routing.clear(),
            Self::NobodyBeside => {
                let late = HedgeAfter { critical: HOUR, others: HOUR };
                settings.providers.iter_mut().for_each(|it| it.hedge_after = late);
            }
            Self::CriticalLikeOthers => {
                settings.retry.critical.clone_from(&RetryPlan::default().others);
            }
            _ => {}
        }
    }

    /// Finds it. Gives the seed, and what was said.
    fn hunt(self, most_histories: u64, most_days: u64) -> Option<(u64, String)> {
        let spoil = |setup: &mut Setup| setup.mutant = Some(self);
        let in_histories = (1..=most_histories).find_map(|seed| {
            caught(|| drop(histories::play_with(seed, false, spoil))).map(|why| (seed, why))
        });
        in_histories.or_else(|| {
            (1..=most_days).find_map(|seed| {
                let totals = &mut totals::Totals::default();
                caught(|| days::play_with(seed, false, spoil, totals)).map(|why| (seed, why))
            })
        })
    }
}

/// What the oracle has against it, if anything.
fn caught(play: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(play)).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    Some(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
}

#[test]
fn the_oracle_finds_every_defect_that_is_made_on_purpose() {
    let mut survivors = Vec::new();
    for (mutant, histories, days) in ALL {
        match mutant.hunt(histories, days) {
            Some((seed, why)) => {
                let first_line = why.lines().next().unwrap_or_default();
                println!("{mutant:?}: seed {seed}: {first_line}");
            }
            None => survivors.push(mutant),
        }
    }
    assert!(survivors.is_empty(), "nobody has found {survivors:?}");
}
