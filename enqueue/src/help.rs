//! What `--help` and `--version` print. Tests hold it to the options and exit codes that exist.

mod japanese;
#[cfg(test)]
mod tests;

pub use japanese::{HELP_JAPANESE, MAIL_JAPANESE, SENDMAIL_JAPANESE};

/// One help in both languages.
pub(crate) struct Help {
    english: &'static str,
    japanese: &'static str,
}

/// The answer to `enqueue --help`.
pub(crate) const OF_ENQUEUE: Help = Help { english: HELP, japanese: HELP_JAPANESE };

/// The answer to `sendmail --help`.
pub(crate) const OF_SENDMAIL: Help = Help { english: SENDMAIL, japanese: SENDMAIL_JAPANESE };

/// The answer to `mail --help`.
pub(crate) const OF_MAIL: Help = Help { english: MAIL, japanese: MAIL_JAPANESE };

impl Help {
    /// In the language of whoever asks, whose environment `read` reads.
    pub(crate) fn for_whom(&self, read: impl Fn(&str) -> Option<String>) -> &'static str {
        if asks_for_japanese(read) { self.japanese } else { self.english }
    }
}

/// Whether the environment, whose variables `read` reads, asks for Japanese: `LC_ALL`, else `LC_MESSAGES`, else `LANG`
/// (POSIX.1-2017, XBD 8.2).
pub fn asks_for_japanese(read: impl Fn(&str) -> Option<String>) -> bool {
    let mut set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(read);
    let locale = set.find(|value| !value.is_empty()).unwrap_or_default();
    locale.split(['_', '.', '@']).next() == Some("ja")
}

/// The answer to `--version`.
pub(crate) const VERSION: &str = concat!("enqueue ", env!("CARGO_PKG_VERSION"), "\n");

/// The answer to `--help`, of which the manual's page is made.
pub const HELP: &str = "\
Put one alert into the spool, durably, and print its id.

Usage: enqueue [OPTIONS] [TEXT... | -]

Exit code 0 means that the alert is on disk and survives a crash and a power cut; the agent
(alertmail) mails it as soon as a provider takes it. enqueue waits for no network and needs no
running agent. It reads stdin to its end, however long that takes.

TEXT is the body; several words are joined by blanks. Without TEXT the body is read from stdin,
unless stdin is a terminal; `-` reads it from a terminal too, and an empty TEXT ('') reads nothing.
Octets that are not UTF-8 are replaced by U+FFFD in texts and kept in attachments. A subject or a
body is needed.

OPTIONS
  -t, --to WHO          address or alias; repeat it or separate by commas; without any recipient the
                        agent's own list is used
      --cc WHO          gets a copy
      --bcc WHO         gets a copy that the others do not see
      --sender ADDRESS  where answers go
      --from-name NAME  name that the reader sees as the sender
  -s, --subject LINE    subject
      --severity LEVEL  critical, warning (the default) or info
  -k, --key KEY         what it is about: alerts of one key make one thread of mail
      --resolves        the trouble of this key is over
      --ttl TIME        nobody wants it after 90s, 15m, 2h, 3d or a number of seconds
      --header 'N: V'   one more header field; may be repeated
      --attach FILE     file to send along; may be repeated; 8 MiB for everything together
      --caller NAME     fill in what a monitor says in its own way; see CALLERS
      --spool DIR       spool to use; default: $ALERTMAIL_SPOOL, else /var/spool/alertmail for
                        root or if it exists, else $XDG_STATE_HOME/alertmail or
                        ~/.local/state/alertmail
      --timeout TIME    be back after this time even if the disk hangs; see PLACES (default: 30s)
      --check           store nothing; say which places work for the caller, and why not
      --json            with --check: say it as JSON
  -h, --help            print this
  -V, --version         print the version

CALLERS
  With --caller, the monitor's own variables, arguments or JSON become subject, text, severity, key,
  --resolves and life time. Options win; they stand in front of the monitor's arguments. What is
  not understood is an alert all the same. For smartd, mdadm, nut, upssched, apcupsd, monit, zabbix,
  nagios, icinga2, systemd, zed, fail2ban, alertmanager, grafana, healthcheck; --caller help says
  what is read of each.

PLACES
  1  the spool's folder for new alerts
  2  the agent's socket, if that folder cannot be used: missing, full, read-only, forbidden, broken
     (/run/alertmail/submit.sock, or submit/socket in a private spool; $ALERTMAIL_SOCKET)
  3  a spare folder in memory, if the administrator has made /run/alertmail/spare or names one in
     $ALERTMAIL_SPARE: exit code 0 and a warning, since it survives no power cut
  4  the text alone to the system's log, where people can read it: exit code 75
  The time is for all of them. A disk that hangs is given up after two thirds of it; what the
  kernel cannot interrupt (state D) still holds the caller, but the alert is in another place by
  then.

EXAMPLES
  enqueue --to oncall@example.jp --severity critical --subject 'disk full on db1'
  df -h | enqueue --to ops,root --key disk-db1 --subject 'disk full on db1'
  enqueue --key disk-db1 --resolves --subject 'disk on db1 is fine again' ''

  enqueue --caller systemd backup.service
  enqueue --to ops --caller nut 'UPS home@localhost on battery'

  cron:     30 2 * * *  backup || enqueue --key backup --subject 'backup failed'
  systemd:  OnFailure=alert@%n.service, and in alert@.service:
            ExecStart=/usr/bin/enqueue --severity critical --key %i --subject '%i failed on %H'
  pipe:     journalctl -u db -n 50 | enqueue --subject 'db is slow'

BY OTHER NAMES
  sendmail    a whole message on stdin, as every program that sends mail hands it over; nothing on
              stdin is refused, and unknown options are warned of; it has a help of its own
  mail        a text on stdin, as scripts for mailutils, bsd-mailx and s-nail hand it over; also as
              mailx (mail --help)
  mailq       alertmail list
  newaliases  does nothing and succeeds: aliases are read when the agent starts or is reloaded

EXIT CODES
   0  stored; the id is on stdout
  64  wrong usage
  65  neither an address nor an alias, nothing on stdin and no subject, too large, or refused by
      the agent
  66  stdin or a file to attach cannot be read
  69  as mailq or sendmail -q: alertmail cannot be started
  73  there is no spool, or no file can be made in it (alertmail spool init DIR makes one)
  75  not now: no room, quota, disk error, or the text is in the system's log only; try again later.
      After `perhaps not stored` that may send the alert twice
  77  no permission to write into the spool
73 and 77 mean that no other place took it, not even the log. Unless it exits with 0, one line on
stderr says why, what to do, and where the text is now.
";

/// The answer to `sendmail --help`, of which a page is made, too.
pub const SENDMAIL: &str = "\
Put the message on stdin into the spool, as sendmail.

Usage: sendmail [OPTIONS] [RECIPIENT...]

Recipients are addresses, or names that stand in [aliases] of the agent; without any the agent's own
list is used. Blind copies are taken out of the message. Whatever stands on stdin becomes an alert.

  -t           recipients stand in To, Cc and Bcc too
  -f, -r ADDR  where answers go, if the message has no From with an address
  -F NAME      name of the sender, if the message has no From
  -i, -oi      a line with a single dot is text; without it that holds too, unless a person types
  -bm          a message on stdin (the default)
  -bs          an SMTP dialogue on stdin and stdout
  -bp          what waits: alertmail list (also as mailq)
  -q           try again now what waits: alertmail retry --all; -q with a time does nothing
  -bi, -I      nothing, with success (also as newaliases)
  --           all that follows are recipients

-A -B -C -h -L -N -O -o -p -R -V -X take their value, -c -d -D -e -G -J -m -n -U -v -x take none,
and all of them are ignored. -bd, -bh, -bt and -bv are refused. Unknown options are warned of and
ignored.

Exit codes are those of enqueue (enqueue --help).
";

/// The answer to `mail --help`, of which a page is made, too.
pub const MAIL: &str = "\
Put the text on stdin into the spool, as a mail.

Usage: mail [OPTIONS] [RECIPIENT...]

Options and their values are those of GNU mailutils, bsd-mailx and s-nail; they may stand behind
recipients. Without any recipient the agent's own list is used.

  -s SUBJECT   subject
  -r ADDR      sender, if no field From is given; answers go there (also -S from=ADDR, -- -f ADDR)
  -c, -b LIST  copies, blind copies
  -a           'Name: value' is a field of the header; anything else is a file to attach
  -A FILE      a file to attach; one that is missing is told of in the mail
  -t           stdin begins with header fields: To, Cc, Bcc and the others
  -E           an empty text is not sent (a command behind it, as 'set escape', is ignored)
  -q, -m FILE  its text goes below the text
  -M TYPE      media type of the text

Other options are ignored, unknown ones with a warning. -e, -f, -H and -u read mail, and are refused.
A line with a single dot ends the text where a person types it, and nowhere else.

Exit codes are those of enqueue (enqueue --help).
";
