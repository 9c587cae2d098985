//! How often providers are asked, by the clock that nobody can set: what is more than they can want is a fault.

use std::time::Duration;

use delivery::{Monotonic, Quota};
use smtp::{Outcome, RecipientOutcome, Trouble};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Refused logins at one provider within an hour: one each sixth of the pause at the most often, and those that run at
/// the same time.
const LOGINS_PER_HOUR: usize = 24 + 4;

/// Attempts within an hour at one that is down: its pauses, of which urgent alerts wait for a sixth.
const IN_VAIN_PER_HOUR: usize = 100;

/// Whether whoever has this quota gets whatever there is, in however many mails.
pub(super) fn is_free(quota: &Quota) -> bool {
    Quota { recipients_per_message: None, ..*quota } == Quota::default()
}

/// What went on at one provider.
#[derive(Clone, Debug, Default)]
struct Site {
    /// Attempts that ended there, and not for lack of a network.
    asked: Vec<Monotonic>,
    refused_logins: Vec<Monotonic>,
    /// Last octets of mails that went there: how many mails, for how many.
    gone: Vec<(Monotonic, u64, u64)>,
    quota: Quota,
}

/// The same for all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Rates(Vec<Site>);

impl Rates {
    pub(super) fn new(quotas: &[Quota]) -> Self {
        Self(quotas.iter().map(|quota| Site { quota: *quota, ..Site::default() }).collect())
    }

    /// Whether this provider gets whatever there is.
    pub(super) fn is_free(&self, provider: usize) -> bool {
        is_free(&self.0[provider].quota)
    }

    pub(super) fn quota(&self, provider: usize) -> Quota {
        self.0[provider].quota
    }

    /// Other quotas, while it is remembered who has had what. Who gets another one begins anew.
    pub(super) fn become_others(&mut self, quotas: &[Quota]) {
        for (site, quota) in self.0.iter_mut().zip(quotas) {
            if site.quota != *quota {
                site.gone.clear();
            }
            site.quota = *quota;
        }
    }

    /// One mail is for no more than the provider takes at once.
    pub(super) fn expect_few_recipients(&self, provider: usize, recipients: usize) {
        let most = self.0[provider].quota.recipients_per_message;
        assert!(
            most.is_none_or(|most| recipients <= most as usize),
            "p{provider} gets a mail for {recipients}, and takes {most:?} at once"
        );
    }

    /// Says whether somebody was asked, and found something out.
    pub(super) fn ended(&mut self, now: Monotonic, provider: usize, outcome: &Outcome) -> bool {
        let counts = |recipient: &RecipientOutcome| match recipient {
            RecipientOutcome::Failed(failure) => match &failure.trouble {
                Trouble::NoNetwork(_) | Trouble::Withdrawn => false,
                // It looked well as far as it was asked: a mailbox was full.
                Trouble::Reply(reply) => {
                    reply.enhanced.is_none_or(|status| (status.subject, status.detail) != (2, 2))
                }
                _ => true,
            },
            _ => true,
        };
        let has_asked = outcome.recipients.iter().any(counts);
        self.0[provider].asked.extend(has_asked.then_some(now));
        has_asked
    }

    pub(super) fn login_refused(&mut self, now: Monotonic, provider: usize) {
        self.0[provider].refused_logins.push(now);
    }

    /// The last octets of a mail go out, or of the first of several. Says whether there is no room for another one.
    pub(super) fn goes(&mut self, now: Monotonic, provider: usize, recipients: usize) -> bool {
        let site = &mut self.0[provider];
        let each = site.quota.recipients_per_transaction();
        let (mails, recipients) = (recipients.div_ceil(each) as u64, recipients as u64);
        site.gone.push((now, mails, recipients));
        let within = |time| site.gone.iter().filter(move |(at, ..)| now.since(*at) < time);
        let mails_within = |time| within(time).map(|(_, mails, _)| mails).sum::<u64>();
        let for_whom: u64 = within(DAY).map(|(.., recipients)| recipients).sum();
        let Quota { messages_per_minute, messages_per_day, recipients_per_day, .. } = site.quota;
        let limits = [
            (mails_within(MINUTE), mails, messages_per_minute),
            (mails_within(DAY), mails, messages_per_day),
            (for_whom, recipients, recipients_per_day),
        ];
        for (used, by_this, most) in limits {
            // What is more than the whole of it by itself goes alone.
            assert!(
                most.is_none_or(|most| used <= u64::from(most).max(by_this)),
                "p{provider} gets {used}, and {most:?} is all"
            );
        }
        limits.iter().any(|(used, _, most)| most.is_some_and(|most| *used >= u64::from(most)))
    }

    /// The agent may not know any more what it has sent: there was a power cut, or the clock was set.
    pub(super) fn forget_what_went(&mut self) {
        self.0.iter_mut().for_each(|site| site.gone.clear());
    }

    /// Nobody logs in again and again where that is refused. `excuses`: starts, and changes of the network.
    pub(super) fn expect_few_logins(&self, excuses: usize) {
        let most = LOGINS_PER_HOUR + 4 * excuses;
        for logins in self.0.iter().map(|site| &site.refused_logins) {
            for (place, first) in logins.iter().enumerate() {
                let within = logins[place..].iter().filter(|at| at.since(*first) < HOUR);
                assert!(within.count() <= most, "more than {most} refused logins in an hour");
            }
        }
    }

    /// Who has been down for an hour was asked only now and then, and by who had just come.
    pub(super) fn expect_few_in_vain(&self, now: Monotonic, provider: usize, excuses: usize) {
        let most = IN_VAIN_PER_HOUR + 4 * excuses;
        let asked = self.0[provider].asked.iter().rev().take_while(|at| now.since(**at) < HOUR).count();
        assert!(asked <= most, "p{provider} is down, and was asked {asked} times in an hour, {most} at most");
    }
}
