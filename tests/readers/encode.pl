# Reads header fields and plain bodies with Perl's Encode. Lines in, lines out: README.md.
use strict;
use warnings;
use Encode ();
use MIME::Base64 qw(decode_base64 encode_base64);

sub field {
    my ($block, $name) = @_;
    return $block =~ /^\Q$name\E: ?(.*(?:\n[ \t].*)*)/mi ? $1 : '';
}

# The names of a list of mailboxes: quoted, other ones, or none beside an address.
sub names {
    my ($list) = @_;
    my @names;
    while ($list =~ /\G\s*(?:"((?:[^"\\]++|\\.)*+)"\s+<[^>]*>|([^"<,]*?)\s*<[^>]*>|[^,<]+),?/gs) {
        my ($quoted, $phrase) = ($1, $2);
        push @names, defined $quoted ? $quoted =~ s/\\(.)/$1/gr : Encode::decode('MIME-Header', $phrase // '');
    }
    return @names;
}

sub body {
    my ($block, $body) = @_;
    if (field($block, 'Content-Type') =~ /boundary="(.*)"/) {
        my ($part) = $body =~ /^--\Q$1\E\n(.*?)\n--\Q$1\E/ms;
        ($block, $body) = split /\n\n/, $part, 2;
    }
    my ($charset) = field($block, 'Content-Type') =~ /^text\/plain;\s+charset=(\S+)$/;
    $body = decode_base64($body) if field($block, 'Content-Transfer-Encoding') eq 'base64';
    return Encode::decode($charset // 'US-ASCII', $body, Encode::FB_CROAK);
}

while (my $line = <STDIN>) {
    my ($block, $body) = split /\n\n/, decode_base64($line) =~ s/\r\n/\n/gr, 2;
    my @said = [subject => Encode::decode('MIME-Header', field($block, 'Subject'))];
    for my $people (qw(from to)) {
        push @said, map { ["$people.name" => $_] } names(field($block, $people));
    }
    push @said, [body => eval { body($block, $body) } // "(refused: $@)"];
    print join("\t", map { "$_->[0]=" . encode_base64(Encode::encode('UTF-8', $_->[1]), '') } @said), "\n";
}
