/* Reads mails with GMime. Lines in, lines out: README.md. */
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *separator;

static void say(const char *key, const char *value) {
    char *encoded = g_base64_encode((const guchar *)(value ? value : ""), value ? strlen(value) : 0);
    printf("%s%s=%s", separator, key, encoded);
    separator = "\t";
    g_free(encoded);
}

static void say_people(const char *field, InternetAddressList *list) {
    char key[32];
    for (int n = 0; n < internet_address_list_length(list); n++) {
        InternetAddress *person = internet_address_list_get_address(list, n);
        if (!INTERNET_ADDRESS_IS_MAILBOX(person)) {
            say("error", "a group");
            continue;
        }
        snprintf(key, sizeof key, "%s.name", field);
        say(key, internet_address_get_name(person));
        snprintf(key, sizeof key, "%s.address", field);
        say(key, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(person)));
    }
}

static void say_part(GMimeObject *parent, GMimeObject *part, gpointer has_body) {
    (void)parent;
    if (GMIME_IS_TEXT_PART(part) && !*(gboolean *)has_body) {
        char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
        say("body", text);
        g_free(text);
        *(gboolean *)has_body = TRUE;
    } else if (GMIME_IS_PART(part)) {
        say("file", g_mime_part_get_filename(GMIME_PART(part)));
    }
}

static void read_mail(GMimeMessage *mail) {
    gboolean has_body = FALSE;
    say("subject", g_mime_message_get_subject(mail));
    say_people("from", g_mime_message_get_from(mail));
    say_people("to", g_mime_message_get_to(mail));
    GMimeObject *top = g_mime_message_get_mime_part(mail);
    if (GMIME_IS_MULTIPART(top)) {
        g_mime_multipart_foreach(GMIME_MULTIPART(top), say_part, &has_body);
    } else {
        say_part(NULL, top, &has_body);
    }
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    g_mime_init();
    while (getline(&line, &room, stdin) > 0) {
        gsize length;
        guchar *octets = g_base64_decode(line, &length);
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)octets, length);
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *mail = g_mime_parser_construct_message(parser, NULL);
        separator = "";
        if (mail) {
            read_mail(mail);
            g_object_unref(mail);
        } else {
            say("error", "no message");
        }
        putchar('\n');
        g_object_unref(parser);
        g_object_unref(stream);
        g_free(octets);
    }
    free(line);
    g_mime_shutdown();
    return 0;
}
