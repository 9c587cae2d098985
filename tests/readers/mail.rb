# Reads mails with the gem `mail`. Lines in, lines out: README.md.
require "mail"

def read(octets)
  mail = Mail.new(octets)
  said = [["subject", mail.subject]]
  %w[from to].each do |field|
    mail[field].addrs.each do |address|
      said << ["#{field}.name", address.display_name]
      said << ["#{field}.address", address.address]
    end
  end
  text, *files = mail.multipart? ? mail.parts : [mail]
  said << ["body", text.decoded]
  files.each { |part| said << ["file", part.filename] }
  said
end

$stdin.each_line do |line|
  said = begin
    read(line.unpack1("m"))
  rescue StandardError => error
    [["error", error.inspect]]
  end
  puts said.map { |key, value| "#{key}=#{[value.to_s.encode("UTF-8")].pack("m0")}" }.join("\t")
end
