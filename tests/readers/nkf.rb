# Reads header fields and Japanese bodies with nkf, which Ruby has as a library. Lines in, lines out: README.md.
require "nkf"

# To UTF-8, with half-width katakana as they are.
HEADER = "-w -m -x"
BODY = { "US-ASCII" => "-J", "ISO-2022-JP" => "-J", "UTF-8" => "-W" }

def field(block, name)
  block[/^#{name}: ?(.*(?:\n[ \t].*)*)/i, 1].to_s.gsub("\n", "")
end

# A quoted name and its address, another name and its address, or an address alone.
MAILBOX = /\G\s*(?:"((?:[^"\\]++|\\.)*+)"\s+<[^>]*>|([^"<,]*?)\s*<[^>]*>|[^,<]+),?/m

def names(list)
  list.scan(MAILBOX).map do |quoted, phrase|
    quoted ? quoted.gsub(/\\(.)/, '\1') : NKF.nkf(HEADER, phrase.to_s)
  end
end

def read(octets)
  block, body = octets.gsub("\r\n", "\n").split("\n\n", 2)
  said = [["subject", NKF.nkf(HEADER, field(block, "subject"))]]
  %w[from to].each { |people| said.concat(names(field(block, people)).map { |name| ["#{people}.name", name] }) }
  if (boundary = field(block, "content-type")[/boundary="(.*)"/, 1])
    block, body = body[/^--#{Regexp.escape(boundary)}\n(.*?)\n--#{Regexp.escape(boundary)}/m, 1].split("\n\n", 2)
  end
  body = body.unpack1("m") if field(block, "content-transfer-encoding") == "base64"
  charset = field(block, "content-type")[/charset=(.*)/, 1]
  said << ["body", NKF.nkf("#{BODY.fetch(charset || "US-ASCII")} -w -m0 -x", body)]
  said
end

$stdin.each_line do |line|
  said = read(line.unpack1("m"))
  puts said.map { |key, value| "#{key}=#{[value].pack("m0")}" }.join("\t")
end
