# Zahlen.

transfers-send = Senden
transfers-nothing-sent = Es wurde nichts gesendet.
transfers-link-unpayable = So, wie dieser Link ist, kann man nicht damit zahlen.
transfers-to-whom = An wen
transfers-name = Name
transfers-find-name = Namen suchen
transfers-find = Suchen
transfers-nobody = Sonst ist noch niemand hier.
transfers-nobody-found = Niemand hat „{ $q }“ im Namen.
transfers-hint-pool = Der Gemeinschaftstopf
transfers-hint-chosen = Ausgewählt
transfers-hint-favourite = Favorit
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

# Wo es weitergeht, wenn etwas nicht ging.
transfers-too-few = So viel hast du nicht: Du hast { $balance }, und { $missing } fehlen noch.
transfers-ask-for = Jemanden um { $missing } bitten
transfers-own-frozen = Dein Geldbeutel ist gesperrt, deshalb kannst du nichts senden. Sobald ein Verwalter ihn freigibt, geht es wieder.
transfers-see-reason = Den Grund im Geldbeutel ansehen
transfers-their-frozen = Dieser Geldbeutel ist zurzeit gesperrt. Sobald ein Verwalter ihn freigibt, geht es wieder; oder wähle jemand anderen.
transfers-they-left = Diese Person hat die Gemeinschaft verlassen und kann nichts mehr bekommen. Wähle jemand anderen.
transfers-too-many = So viel passt nicht in diesen Geldbeutel. Wähle einen kleineren Betrag.
transfers-to-oneself = Das ist dein eigener Geldbeutel. Wähle jemand anderen, oder zeige diesen Link denen, die dir etwas zahlen wollen.
transfers-your-code = Dein Code zum Bezahlen
transfers-no-wallet = Unter dieser Adresse gibt es keinen Geldbeutel: Vielleicht ist der Link nicht vollständig. Lass ihn dir noch einmal geben, oder wähle nach dem Namen.
