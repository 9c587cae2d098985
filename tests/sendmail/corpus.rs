//! Several hundred command lines and messages, the same in every run.

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) words: Vec<String>,
    pub(crate) stdin: String,
}

/// Flags as callers write them, each a word or two.
const FLAGS: [&[&str]; 36] = [
    &["-i"],
    &["-oi"],
    &["-oem"],
    &["-odi"],
    &["-odb"],
    &["-em"],
    &["-B8BITMIME"],
    &["-B", "7BIT"],
    &["-FCronDaemon"],
    &["-F", "A B"],
    &["-fx@example.com"],
    &["-f", "y@example.com"],
    &["-f", "X Y <x@example.com>"],
    &["-r", "z@example.com"],
    &["-rz@example.com"],
    &["-N", "failure"],
    &["-Nnever"],
    &["-R", "hdrs"],
    &["-V", "id7"],
    &["-O", "DeliveryMode=b"],
    &["-ODeliveryMode=b"],
    &["-X", "/nonexistent/log"],
    &["-v"],
    &["-U"],
    &["-bm"],
    &["-h", "7"],
    &["-p", "ESMTP"],
    &["-L", "tag"],
    &["-m"],
    &["-n"],
    &["-x"],
    &["-G"],
    &["-c"],
    &["-Am"],
    &["-im"],
    &["-Zunknown"],
];

/// Recipients as arguments.
const ARGUMENTS: [&[&str]; 14] = [
    &[],
    &["root"],
    &["a@example.com"],
    &["a@example.com", "b@example.com"],
    &["a@example.com,b@example.com"],
    &["A B <a@example.com>"],
    &["--", "-dash@example.com"],
    &["--", "root"],
    &["a@example.com", "a@example.com"],
    &["\"q q\"@example.com"],
    &["a@[192.0.2.1]"],
    &["root (comment)"],
    &["team: a@example.com, b@example.com;"],
    &["a+b@example.com"],
];

/// Headers, each with what `-t` has to make of it.
const HEADERS: [&str; 22] = [
    "",
    "To: a@example.com\n",
    "TO : a@example.com\n",
    "to:a@example.com,\n b@example.com,\n\tc@example.com\n",
    "To: A <a@example.com>, \"B, C\" <b@example.com>\n",
    "To: root\n",
    "To: root (Charlie, Root)\nCc: ops\n",
    "To: a@example.com\nCc: b@example.com\nBcc: c@example.com\n",
    "Bcc: c@example.com\n",
    "bCC: b@example.com,\n c@example.com\nBcc: d@example.com\n",
    "To: team: a@example.com, b@example.com;\n",
    "To: undisclosed-recipients:;\nBcc: c@example.com\n",
    "To: a@example.com,, ,b@example.com,\n",
    "To: a@example.com\nTo: b@example.com\n",
    "To: \"a,b\"@example.com\n",
    "To: a@example.com\nResent-To: b@example.com\n",
    "Resent-Bcc: b@example.com\nTo: a@example.com\n",
    "To:\nCc: b@example.com\n",
    "To: <@relay.example.com:a@example.com>\n",
    "From root Mon Nov 14 23:42 UTC 2016\nTo: a@example.com\n",
    "To: a@example.com (x (y) z), b@example.com\n",
    "To: a b@example.com\n",
];

/// A fixed row of numbers (an xorshift), so that a difference can be found again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).expect("it is below n")
    }
}

/// `count` calls. Each header and each form of arguments comes alone at first, with `-t` and without it.
pub(crate) fn calls(count: usize) -> Vec<Call> {
    let mut calls = Vec::new();
    let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let message = |header: &str, crlf: bool| {
        let text = format!("{header}Subject: s\n\nTo: no@example.com\n.\nb\n");
        if crlf { text.replace('\n', "\r\n") } else { text }
    };
    for header in HEADERS {
        calls.push(Call { words: own(&["-i", "-t"]), stdin: message(header, false) });
    }
    for arguments in ARGUMENTS {
        calls.push(Call { words: [own(&["-i"]), own(arguments)].concat(), stdin: message("", false) });
    }
    for flag in FLAGS {
        calls.push(Call {
            words: [own(&["-i"]), own(flag), own(&["root"])].concat(),
            stdin: message("", false),
        });
    }
    let mut dice = Dice(0x0a1e_47a1);
    while calls.len() < count {
        let mut words = own(&["-i"]);
        for _ in 0..dice.below(5) {
            words.extend(own(FLAGS[dice.below(FLAGS.len())]));
        }
        let reads_header = dice.below(2) == 0;
        if reads_header {
            words.push(if dice.below(3) == 0 { "-ti" } else { "-t" }.to_owned());
        }
        // With `-t` most callers name nobody else.
        let arguments = if reads_header && dice.below(3) > 0 { 0 } else { dice.below(ARGUMENTS.len()) };
        words.extend(own(ARGUMENTS[arguments]));
        calls.push(Call { words, stdin: message(HEADERS[dice.below(HEADERS.len())], dice.below(4) == 0) });
    }
    calls
}
