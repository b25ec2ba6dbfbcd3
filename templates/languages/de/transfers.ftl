# Zahlen.

transfers-send = Senden
transfers-nothing-sent = Es wurde nichts gesendet.
transfers-to-whom = An wen
transfers-name = Name
transfers-find-name = Namen suchen
transfers-find = Suchen
transfers-nobody = Sonst ist noch niemand hier.
transfers-nobody-found = Niemand hat „{ $q }“ im Namen.
transfers-hint-pool = Der Gemeinschaftstopf
transfers-hint-chosen = Ausgewählt
transfers-hint-lately = Zuletzt
transfers-hint-member = Mitglied
transfers-how-much = Wie viel
transfers-you-have = Du hast { $balance }.
transfers-note = Notiz
transfers-note-optional = (wenn du magst; ihr seht sie beide)
transfers-continue = Weiter
transfers-confirm = Bestätigen
transfers-is-this-right = Stimmt das so?
transfers-to = an { $name }
transfers-have-now = Du hast jetzt
transfers-will-have = Du hast danach
transfers-wallet = Geldbeutel
transfers-just-sent = Dasselbe hast du { $name } vor ein paar Minuten schon gesendet. Sende es nur noch einmal, wenn du das willst.
transfers-send-it = Senden
transfers-change = Etwas ändern
