//! The system's users and groups: who may name any recipient.
//!
//! Asks the user database (which may be a network service) only when somebody names a recipient that the configuration
//! does not, and remembers the answer for a minute. An answer that cannot be had is no permission: the alert then
//! reaches configured recipients.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::time::Duration;

use delivery::Monotonic;
use nix::unistd::{Gid, Group, Uid, User, getgrouplist};

use crate::accept::Reach;
use crate::config::Account;
use crate::log;

/// How long an answer of the user database holds.
const ANSWER_HOLDS: Duration = Duration::from_mins(1);

/// Answers kept at most: user namespaces give one person thousands of uids.
const ANSWERS_MAX: usize = 1_000;

/// Who may name any recipient.
#[derive(Debug)]
pub struct Submitters {
    own: u32,
    accounts: Vec<Account>,
    known: BTreeMap<u32, (Monotonic, Reach)>,
}

impl Submitters {
    /// Root, the user that this process runs as, and these accounts.
    pub fn new(accounts: &[Account]) -> Self {
        Self::of_agent(rustix::process::geteuid().as_raw(), accounts)
    }

    /// The same for an agent that runs as another user.
    pub fn of_agent(own: u32, accounts: &[Account]) -> Self {
        Self { own, accounts: accounts.to_vec(), known: BTreeMap::new() }
    }

    /// Accounts that this system does not know, one sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let unknown = |account: &Account| {
            let (what, name, found) = match account {
                Account::User(name) => ("user", name, user_id(name).map(|id| id.is_some())),
                Account::Group(name) => ("group", name, group_id(name).map(|id| id.is_some())),
            };
            match found {
                Ok(true) => None,
                Ok(false) => Some(format!("`free_recipients` in [submit]: there is no {what} `{name}` here")),
                Err(error) => Some(format!(
                    "`free_recipients` in [submit]: cannot look up the {what} `{name}`: {error}"
                )),
            }
        };
        self.accounts.iter().filter_map(unknown).collect()
    }

    /// Whom this user may name.
    pub fn reach(&mut self, uid: u32, now: Monotonic) -> Reach {
        if uid == 0 || uid == self.own {
            return Reach::Anybody;
        }
        if let Some((until, reach)) = self.known.get(&uid)
            && now < *until
        {
            return *reach;
        }
        let reach = match self.is_listed(uid) {
            Ok(true) => Reach::Anybody,
            Ok(false) => Reach::Configured,
            Err(error) => {
                log::warning(&format!(
                    "cannot look up the groups of uid {uid}: {error}; for a minute it reaches configured recipients only"
                ));
                Reach::Configured
            }
        };
        if self.known.len() >= ANSWERS_MAX {
            self.known.clear();
        }
        self.known.insert(uid, (now.plus(ANSWER_HOLDS), reach));
        reach
    }

    fn is_listed(&self, uid: u32) -> Result<bool, String> {
        let mut groups = None;
        for account in &self.accounts {
            let listed = match account {
                Account::User(name) => user_id(name)? == Some(uid),
                Account::Group(name) => {
                    let of_user = match &mut groups {
                        Some(groups) => groups,
                        None => groups.insert(groups_of(uid)?),
                    };
                    group_id(name)?.is_some_and(|gid| of_user.contains(&gid))
                }
            };
            if listed {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The uid of a user; `None` if there is no such user. Digits are a uid, known or not.
pub fn user_id(name: &str) -> Result<Option<u32>, String> {
    if let Ok(number) = name.parse() {
        return Ok(Some(number));
    }
    User::from_name(name)
        .map(|user| user.map(|user| user.uid.as_raw()))
        .map_err(|errno| errno.desc().to_owned())
}

/// The gid of a group; `None` if there is no such group. Digits are a gid, known or not.
pub fn group_id(name: &str) -> Result<Option<u32>, String> {
    if let Ok(number) = name.parse() {
        return Ok(Some(number));
    }
    Group::from_name(name)
        .map(|group| group.map(|group| group.gid.as_raw()))
        .map_err(|errno| errno.desc().to_owned())
}

/// The gid that a user has at login; `None` for a uid without a name.
pub fn primary_group_of(uid: u32) -> Result<Option<u32>, String> {
    user_of(uid).map(|user| user.map(|user| user.gid.as_raw()))
}

/// The groups that a user is in, its primary one among them; none for a uid without a name.
pub fn groups_of(uid: u32) -> Result<Vec<u32>, String> {
    let Some(user) = user_of(uid)? else { return Ok(Vec::new()) };
    let name = CString::new(user.name).map_err(|_| "its name has a NUL".to_owned())?;
    let groups = getgrouplist(&name, user.gid).map_err(|errno| errno.desc().to_owned())?;
    Ok(groups.into_iter().map(Gid::as_raw).collect())
}

fn user_of(uid: u32) -> Result<Option<User>, String> {
    User::from_uid(Uid::from_raw(uid)).map_err(|errno| errno.desc().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A uid that no system gives to anybody.
    const STRANGER: u32 = 3_999_999_999;

    fn submitters(own: u32, accounts: &[Account]) -> Submitters {
        Submitters { own, ..Submitters::new(accounts) }
    }

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_ms(seconds * 1_000)
    }

    #[test]
    fn root_and_the_agents_own_user_may_always_name_anybody() {
        let mut nobody_listed = submitters(STRANGER - 1, &[]);
        assert_eq!(nobody_listed.reach(0, at(0)), Reach::Anybody);
        assert_eq!(nobody_listed.reach(STRANGER - 1, at(0)), Reach::Anybody);
        assert_eq!(nobody_listed.reach(STRANGER, at(0)), Reach::Configured);
    }

    #[test]
    fn a_user_is_listed_by_name_by_number_or_by_any_of_its_groups() {
        // Every system has root in the group of gid 0, under whatever names.
        let root = User::from_uid(Uid::from_raw(0)).expect("a database").expect("root");
        let group = Group::from_gid(root.gid).expect("a database").expect("its group").name;
        let listed = |account: Account, uid| submitters(1, &[account]).is_listed(uid);
        assert_eq!(listed(Account::User(root.name), 0), Ok(true));
        assert_eq!(listed(Account::Group(group.clone()), 0), Ok(true));
        assert_eq!(listed(Account::Group(root.gid.to_string()), 0), Ok(true));
        assert_eq!(listed(Account::Group(group), STRANGER), Ok(false));
        assert_eq!(listed(Account::User(STRANGER.to_string()), STRANGER), Ok(true));
    }

    #[test]
    fn an_answer_holds_for_a_minute_and_the_answers_kept_are_few() {
        let mut some = submitters(1, &[]);
        assert_eq!(some.reach(STRANGER, at(0)), Reach::Configured);
        some.accounts.push(Account::User(STRANGER.to_string()));
        assert_eq!(some.reach(STRANGER, at(59)), Reach::Configured, "the old answer");
        assert_eq!(some.reach(STRANGER, at(60)), Reach::Anybody, "a new one");
        for uid in 5..5_000 {
            some.reach(uid, at(61));
        }
        assert!(some.known.len() <= ANSWERS_MAX);
    }

    #[test]
    fn an_account_that_does_not_exist_is_named() {
        let accounts = [Account::User("no-such-user".into()), Account::Group("no-such-group".into())];
        let warnings = submitters(1, &accounts).warnings();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[1].contains("no group `no-such-group`"), "{warnings:?}");
    }
}
