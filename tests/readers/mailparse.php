<?php
// Reads mails with PHP's mailparse, and decodes what it leaves encoded with iconv. Lines in, lines out: README.md.

function decoded(string $value): string
{
    // mailparse takes blanks between words out of a list of mailboxes.
    $text = @iconv_mime_decode(str_replace('?==?', '?= =?', $value), ICONV_MIME_DECODE_STRICT, 'UTF-8');
    return $text === false ? '(refused: ' . error_get_last()['message'] . ')' : $text;
}

function read(string $octets): array
{
    $mail = mailparse_msg_create();
    mailparse_msg_parse($mail, $octets);
    $top = mailparse_msg_get_part_data($mail);
    $said = [['subject', decoded($top['headers']['subject'] ?? '')]];
    foreach (['from', 'to'] as $field) {
        foreach (@mailparse_rfc822_parse_addresses($top['headers'][$field]) as $person) {
            $is_bare = str_replace('"', '', $person['display']) === str_replace('"', '', $person['address']);
            $said[] = ["$field.name", $is_bare ? '' : decoded($person['display'])];
            $said[] = ["$field.address", $person['address']];
        }
    }
    foreach (mailparse_msg_get_structure($mail) as $number) {
        $part = mailparse_msg_get_part($mail, $number);
        $data = mailparse_msg_get_part_data($part);
        if (($data['content-disposition'] ?? '') === 'attachment') {
            // It makes an encoded word of a name in percent form.
            $said[] = ['file', decoded($data['disposition-filename'] ?? '')];
        } elseif ($data['content-type'] === 'text/plain') {
            $body = mailparse_msg_extract_part($part, $octets, null);
            $text = @iconv($data['content-charset'], 'UTF-8', $body);
            $said[] = ['body', $text === false ? '(refused)' : $text];
        }
    }
    return $said;
}

while (($line = fgets(STDIN)) !== false) {
    $said = read(base64_decode($line));
    echo implode("\t", array_map(fn ($pair) => "$pair[0]=" . base64_encode($pair[1]), $said)), "\n";
}
