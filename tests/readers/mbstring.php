<?php
// Reads header fields with PHP's mbstring. Lines in, lines out: README.md.

mb_internal_encoding('UTF-8');

function field(string $block, string $name): string
{
    return preg_match("/^$name: ?(.*(?:\n[ \t].*)*)/mi", $block, $found) ? $found[1] : '';
}

/** The names of a list of mailboxes: quoted, other ones, or none beside an address. */
function names(string $list): array
{
    $mailbox = '/\G\s*(?:"((?:[^"\\\\]++|\\\\.)*+)"\s+<[^>]*>|([^"<,]*?)\s*<[^>]*>|[^,<]+),?/s';
    preg_match_all($mailbox, $list, $found, PREG_SET_ORDER | PREG_UNMATCHED_AS_NULL);
    return array_map(
        fn ($it) => isset($it[1]) ? preg_replace('/\\\\(.)/', '$1', $it[1]) : mb_decode_mimeheader($it[2] ?? ''),
        $found
    );
}

while (($line = fgets(STDIN)) !== false) {
    [$block] = explode("\n\n", str_replace("\r\n", "\n", base64_decode($line)), 2);
    $said = ['subject=' . base64_encode(mb_decode_mimeheader(field($block, 'subject')))];
    foreach (['from', 'to'] as $people) {
        foreach (names(field($block, $people)) as $name) {
            $said[] = "$people.name=" . base64_encode($name);
        }
    }
    echo implode("\t", $said), "\n";
}
