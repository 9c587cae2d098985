//! Commands as short words, so that a test can say in a line what is to be done.

use super::*;

pub(super) fn words(command: &Command) -> String {
    let list = |who: &[Address]| who.iter().map(|to| to.local().to_owned()).collect::<Vec<_>>().join("+");
    match command {
        Command::Begin { attempt, provider, recipients, .. } => {
            format!("begin {} at {provider} for {}", attempt.0, list(recipients))
        }
        Command::Grant { attempt } => format!("grant {}", attempt.0),
        Command::Withdraw { attempt } => format!("withdraw {}", attempt.0),
        Command::Canary { provider } => format!("make a canary for {provider}"),
        Command::Drill { provider, login: true } => format!("drill {provider}"),
        Command::Drill { provider, login: false } => format!("drill {provider} without login"),
        Command::Copy { from, to, .. } => format!("copy {} to {}", from.as_str(), to.as_str()),
        Command::Unlink { from, .. } => format!("unlink {}", from.as_str()),
        Command::Forget { .. } => "forget".to_owned(),
        Command::Record { fact, sync } => match fact {
            Fact::Attempt { attempt, provider, beside: None, .. } => format!("attempt {attempt} {provider}"),
            Fact::Attempt { attempt, provider, beside: Some(other), .. } => {
                format!("attempt {attempt} {provider} beside {other}")
            }
            Fact::DotSent { .. } => format!("dot-sent {sync:?}"),
            Fact::Outcome { recipients, .. } => {
                let each = recipients.iter().map(|it| format!("{:?}", it.result).to_lowercase());
                format!("outcome {} {sync:?}", each.collect::<Vec<_>>().join("+"))
            }
            Fact::Deferred { passes, .. } => format!("deferred {passes} {sync:?}"),
            Fact::Sent { delivered, refused, .. } => {
                format!("sent {} refused {} {sync:?}", list(delivered), list(refused))
            }
            Fact::Held { by, .. } => format!("held {by} {sync:?}"),
            Fact::Released { by, .. } => format!("released {by} {sync:?}"),
            Fact::Retry { by, .. } => format!("retry {by} {sync:?}"),
            Fact::Edited { removed, added, .. } => {
                format!("edited {} for {} {sync:?}", list(removed), list(added))
            }
            Fact::Dead { reason, .. } => format!("dead {sync:?}: {reason}"),
            Fact::Provider { provider, outage: Some(outage) } => {
                format!("{provider} open {} {}", outage.cause.as_str(), outage.openings)
            }
            Fact::Drill(drill) if drill.is_running() => format!("drilling {} {sync:?}", drill.provider),
            Fact::Drill(drill) => {
                let found = drill.result.as_ref().map(|it| if it.ok { "ok" } else { "failed" });
                format!("drilled {} {}", drill.provider, found.unwrap_or_default())
            }
            Fact::Canary(canary) => {
                let fate = match canary.ended {
                    None => "begins".to_owned(),
                    Some(_) if canary.ok => "ok".to_owned(),
                    Some(_) => format!("failed: {}", canary.text),
                };
                format!("canary {} {fate}", canary.provider)
            }
            Fact::Provider { provider, outage: None } => format!("{provider} closed"),
            other => format!("{other:?}"),
        },
    }
}
