//! `alertmail spool init --system`: the spool of a whole machine, into which every user may put alerts.
//!
//! Users and groups have to exist; this makes none. Given as digits they are taken as they are.

use std::path::PathBuf;

use spool_format::Layout;

use super::words;
use crate::command::{Refusal, json};
use crate::edge::language;
use crate::edge::users::{group_id, groups_of, primary_group_of, user_id};
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::spool::ownership::{Change, Owners, OwnershipError, bring_about};

/// Who is who.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(super) struct SystemArgs {
    /// Make the spool of this machine: everybody may put alerts in, and nobody sees those of others. Root only.
    #[arg(long)]
    pub(super) system: bool,
    /// The user that the agent runs as; a name or a number.
    #[arg(long, value_name = "USER", default_value = "alertmail", requires = "system")]
    user: String,
    /// The group whose members may read the queue; a name or a number.
    #[arg(long, value_name = "GROUP", default_value = "alertmail-ops", requires = "system")]
    ops_group: String,
    /// Let only this group put alerts in; a name or a number.
    #[arg(long, value_name = "GROUP", requires = "system")]
    gate: Option<String>,
}

/// What was done, for machines.
#[derive(Debug, serde::Serialize)]
struct Done {
    /// The spool.
    spool: PathBuf,
    /// The folders that were not there before.
    made: Vec<PathBuf>,
    /// Folders and files that belonged to others, or had other modes.
    mended: Vec<Mended>,
    /// What still wants attention, one sentence each.
    warnings: Vec<String>,
}

#[derive(Debug, serde::Serialize)]
struct Mended {
    path: PathBuf,
    /// Owner, group and mode, like `0:0 0700`.
    was: String,
    /// The same, now.
    is: String,
}

/// Makes or mends the spool; gives what is to be printed.
pub(super) fn init(layout: &Layout, args: &SystemArgs, as_json: bool) -> Result<String, Refusal> {
    if !rustix::process::geteuid().is_root() {
        let text = "only root can give folders to other users; run it as root, or without --system for a spool of your own";
        return Err(Refusal::new(Exit::NoPermission, text));
    }
    let owners = owners(args)?;
    let warnings = who_cannot_pass_the_gate(args, &owners)?;
    super::make_way_to(layout)?;
    let changes = bring_about(layout, &owners).map_err(|error| refuse(&error))?;
    let mut done = Done { spool: layout.root().to_owned(), made: Vec::new(), mended: Vec::new(), warnings };
    for change in changes {
        match change {
            Change::Made { path, .. } => done.made.push(path),
            Change::Mended { path, was, is } => {
                done.mended.push(Mended { path, was: was.to_string(), is: is.to_string() });
            }
        }
    }
    Ok(if as_json { json(&done) } else { done.text(args, language::asked()) })
}

fn owners(args: &SystemArgs) -> Result<Owners, Refusal> {
    let user = known("user", &args.user, user_id(&args.user))?;
    let group = primary_group_of(user).map_err(|why| cannot_look_up("user", &args.user, &why))?;
    Ok(Owners {
        user,
        // A number without a name has the group of the same number, as users of services have.
        group: group.unwrap_or(user),
        ops: known("group", &args.ops_group, group_id(&args.ops_group))?,
        gate: args.gate.as_ref().map(|gate| known("group", gate, group_id(gate))).transpose()?,
    })
}

fn known(what: &str, name: &str, found: Result<Option<u32>, String>) -> Result<u32, Refusal> {
    found.map_err(|why| cannot_look_up(what, name, &why))?.ok_or_else(|| {
        let make = match what {
            "user" => format!("adduser --system --group --no-create-home {name}"),
            _ => format!("addgroup --system {name}"),
        };
        let text = format!(
            "there is no {what} `{name}`; make it with: {make} (or all that alertmail needs with: systemd-sysusers contrib/sysusers.d/alertmail.conf)"
        );
        Refusal::new(Exit::Unavailable, text)
    })
}

fn cannot_look_up(what: &str, name: &str, why: &str) -> Refusal {
    Refusal::new(Exit::Unavailable, format!("cannot look up the {what} `{name}`: {why}; try again"))
}

/// Behind a gate lies the agent's own folder as well.
fn who_cannot_pass_the_gate(args: &SystemArgs, owners: &Owners) -> Result<Vec<String>, Refusal> {
    let (Some(gate), Some(name)) = (owners.gate, &args.gate) else { return Ok(Vec::new()) };
    let groups = groups_of(owners.user).map_err(|why| cannot_look_up("user", &args.user, &why))?;
    let user = &args.user;
    Ok(if groups.contains(&gate) {
        Vec::new()
    } else {
        vec![format!(
            "the agent's user `{user}` is not in the gate's group `{name}` and cannot reach its own folder; run: adduser {user} {name}"
        )]
    })
}

fn refuse(error: &OwnershipError) -> Refusal {
    let exit = match error.source.kind() {
        std::io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::CannotCreate,
    };
    Refusal::new(exit, error)
}

impl Done {
    fn text(&self, args: &SystemArgs, tongue: Tongue) -> String {
        let root = self.spool.display().to_string();
        let gate = args.gate.as_deref();
        let mut lines = vec![words::of_the_machine(tongue, &root, gate, self.made.len(), self.mended.len())];
        let changed = self.mended.iter();
        lines.extend(
            changed.map(|it| words::changed(tongue, &it.path.display().to_string(), &it.was, &it.is)),
        );
        lines.extend(self.warnings.iter().map(|it| words::warning(tongue, &notice::why(tongue, it))));
        lines.push(words::next(tongue, &root, Some(&args.user)));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::ownership::Access;

    fn args(user: &str, ops: &str, gate: Option<&str>) -> SystemArgs {
        SystemArgs { system: true, user: user.into(), ops_group: ops.into(), gate: gate.map(str::to_owned) }
    }

    #[test]
    fn who_does_not_exist_is_named_with_the_command_that_makes_it() {
        for (args, part) in [
            (args("no-such-user", "0", None), "no user `no-such-user`; make it with: adduser --system"),
            (args("0", "no-such-group", None), "no group `no-such-group`; make it with: addgroup --system"),
            (args("0", "0", Some("no-such-gate")), "no group `no-such-gate`"),
        ] {
            let refusal = owners(&args).expect_err("nobody");
            assert_eq!(refusal.exit, Exit::Unavailable);
            assert!(refusal.text.contains(part) && refusal.text.contains("sysusers"), "{refusal}");
        }
    }

    #[test]
    fn numbers_are_taken_as_they_are() {
        let owners = owners(&args("64001", "64002", Some("64003"))).expect("numbers");
        assert_eq!(owners, Owners { user: 64_001, group: 64_001, ops: 64_002, gate: Some(64_003) });
    }

    #[test]
    fn an_agent_that_cannot_pass_its_own_gate_is_a_warning() {
        let args = args("64001", "64002", Some("64003"));
        let warnings = who_cannot_pass_the_gate(&args, &owners(&args).expect("numbers")).expect("a database");
        assert!(warnings[0].ends_with("run: adduser 64001 64003"), "{warnings:?}");
    }

    #[test]
    fn what_was_mended_is_told() {
        let access = |mode| Access { user: 0, group: 0, mode }.to_string();
        let mended = vec![Mended { path: "/s/queue".into(), was: access(0o700), is: access(0o2750) }];
        let done = Done { spool: "/s".into(), made: Vec::new(), mended, warnings: Vec::new() };
        let text = done.text(&args("a", "b", None), Tongue::English);
        assert!(text.contains("\n  /s/queue was 0:0 0700, is 0:0 2750\n"), "{text}");
    }
}
