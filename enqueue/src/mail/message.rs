//! What `mail` was told, as a message (RFC 5322, RFC 2045) for the agent to mend.
//!
//! Nothing is encoded but files: which charset the text and the subject have is found out by the agent, which has to
//! ask that of every message anyway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::flags::Call;

/// Octets in a line of base64, and what they encode (RFC 2045 section 6.8).
const FILE_OCTETS_A_LINE: usize = 57;

/// A file that travels along.
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) octets: Vec<u8>,
}

/// Makes the message of these arguments, this text and these files.
pub(super) fn make(call: &Call, text: &[u8], files: &[File]) -> Vec<u8> {
    let mut message = Vec::new();
    for (name, lists) in [("To", &call.to), ("Cc", &call.cc), ("Bcc", &call.bcc)] {
        if !lists.is_empty() {
            add_field(&mut message, name.as_bytes(), &lists.join(b", ".as_slice()));
        }
    }
    if let Some(from) = call.from.as_ref().filter(|_| !has(call, "From")) {
        add_field(&mut message, b"From", from);
    }
    if let Some(subject) = &call.subject {
        add_field(&mut message, b"Subject", subject);
    }
    // Of the fields that tell what the text is, a message of parts has its own.
    let (of_text, others): (Vec<_>, Vec<_>) = call.headers.iter().partition(|(name, _)| tells_of_text(name));
    for (name, value) in others {
        add_field(&mut message, name, value);
    }
    if files.is_empty() {
        for (name, value) in of_text {
            add_field(&mut message, name, value);
        }
        // In the header that begins the text the empty line follows.
        if !call.reads_header {
            message.push(b'\n');
        }
        message.extend(text);
        return message;
    }
    let (head, text) = if call.reads_header { split(text) } else { (&[][..], text) };
    message.extend(head);
    let boundary = boundary(text);
    add_field(&mut message, b"MIME-Version", b"1.0");
    add_field(&mut message, b"Content-Type", format!("multipart/mixed; boundary=\"{boundary}\"").as_bytes());
    message.extend(format!("\n--{boundary}\n").bytes());
    for (name, value) in of_text.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case(b"MIME-Version")) {
        add_field(&mut message, name, value);
    }
    message.push(b'\n');
    message.extend(text);
    for file in files {
        message.extend(part_of(file, &boundary));
    }
    message.extend(format!("\n--{boundary}--\n").bytes());
    message
}

/// Whether a field of this name was given.
fn has(call: &Call, name: &str) -> bool {
    call.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
}

fn tells_of_text(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"content-") || name == b"mime-version"
}

/// Line ends in a value would begin another field.
fn add_field(message: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    message.extend(name);
    message.extend(b": ");
    message.extend(value.iter().map(|octet| if octet.is_ascii_control() { b' ' } else { *octet }));
    message.push(b'\n');
}

/// The header that the text begins with, and what is behind it.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let empty_line = text.windows(2).position(|pair| pair == b"\n\n");
    empty_line.map_or((text, &[]), |at| (&text[..=at], &text[at + 2..]))
}

/// A line that the text does not have.
fn boundary(text: &[u8]) -> String {
    let mut number = 0_u64;
    loop {
        let boundary = format!("=_mail_{number}");
        if !text.windows(boundary.len()).any(|window| window == boundary.as_bytes()) {
            return boundary;
        }
        number += 1;
    }
}

fn part_of(file: &File, boundary: &str) -> Vec<u8> {
    let mut name = String::new();
    for octet in file.name.bytes() {
        // RFC 2231 section 4.
        if octet.is_ascii_alphanumeric() || b"._-".contains(&octet) {
            name.push(char::from(octet));
        } else {
            name.extend(["%", &format!("{octet:02X}")]);
        }
    }
    let mut part = format!(
        "\n--{boundary}\nContent-Type: {}\nContent-Disposition: attachment; filename*=UTF-8''{name}\n\
         Content-Transfer-Encoding: base64\n\n",
        file.media_type
    );
    for line in file.octets.chunks(FILE_OCTETS_A_LINE) {
        part.push_str(&STANDARD.encode(line));
        part.push('\n');
    }
    part.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(call: &Call, text: &str, files: &[File]) -> String {
        String::from_utf8(make(call, text.as_bytes(), files)).expect("UTF-8")
    }

    fn call() -> Call {
        Call {
            to: vec![b"a@x".to_vec(), b"root".to_vec()],
            subject: Some(b"s\r\nBcc: spy@x".to_vec()),
            ..Call::default()
        }
    }

    #[test]
    fn the_text_is_the_body_and_no_value_begins_another_field() {
        assert_eq!(made(&call(), "t\n.\n", &[]), "To: a@x, root\nSubject: s  Bcc: spy@x\n\nt\n.\n");
    }

    #[test]
    fn a_sender_stands_in_from_unless_a_field_says_it() {
        let from = Some(b"me@x".to_vec());
        let headers = vec![(b"from".to_vec(), b"Ops <o@x>".to_vec())];
        assert!(made(&Call { from: from.clone(), ..call() }, "", &[]).contains("\nFrom: me@x\n"));
        let made = made(&Call { from, headers, ..call() }, "", &[]);
        assert!(made.contains("\nfrom: Ops <o@x>\n") && !made.contains("me@x"), "{made}");
    }

    #[test]
    fn a_header_on_stdin_goes_on_with_the_one_of_the_arguments() {
        let call = Call { reads_header: true, to: vec![b"a@x".to_vec()], ..Call::default() };
        assert_eq!(made(&call, "Subject: x\nCc: b@x\n\nt\n", &[]), "To: a@x\nSubject: x\nCc: b@x\n\nt\n");
    }

    #[test]
    fn files_are_parts_behind_the_text_and_the_boundary_is_not_in_it() {
        let files = [File { name: "日 1.csv".to_owned(), media_type: "text/csv", octets: vec![0xff; 60] }];
        let headers = vec![(b"Content-Type".to_vec(), b"text/html".to_vec())];
        let made = made(&Call { headers, ..call() }, "a =_mail_0 b\n", &files);
        let parts: Vec<&str> = made.split("--=_mail_1").collect();
        let [head, text, file, end] = parts.as_slice() else { panic!("{made}") };
        assert!(head.contains("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_mail_1\"\n\n"));
        assert_eq!(*text, "\nContent-Type: text/html\n\na =_mail_0 b\n\n");
        assert!(
            file.contains("filename*=UTF-8''%E6%97%A5%201.csv\n") && file.contains("////\n////\n"),
            "{file}"
        );
        assert_eq!(*end, "--\n");
    }
}
