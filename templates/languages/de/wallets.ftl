# Der eigene Geldbeutel, Verlauf und Belege.

wallets-wallet = Geldbeutel
wallets-your-wallet = Dein Geldbeutel
wallets-balance = Guthaben
wallets-you-have = Du hast
wallets-frozen = Dein Geldbeutel ist gesperrt.
wallets-frozen-meaning = Du kannst nichts senden und nichts bekommen, bis ein Verwalter ihn wieder freigibt.
wallets-frozen-reason = Grund: { $reason }
wallets-send = Senden
wallets-receive = Empfangen
wallets-lately = Zuletzt
wallets-nothing-lately = Noch ist nichts gekommen oder gegangen. Sobald dir jemand etwas zahlt, steht es hier.
wallets-whole-history = Der ganze Verlauf
wallets-waiting = Wartet auf dich
wallets-waiting-all = Alle { $count } ansehen
wallets-requests = Bitten
wallets-where-from = Woher es kommt
wallets-course = Im Lauf der Zeit
wallets-course-summary = In den letzten { $days } Tagen hattest du zwischen { $least } und { $most }.

wallets-received = Bekommen
wallets-sent = Gesendet
wallets-issued = Ausgegeben
wallets-from-community = Von der Gemeinschaft
wallets-to-community = An die Gemeinschaft
wallets-given-back = Zurückgegeben
wallets-fee = Gebühr
wallets-fee-for = Gebühr für die Zahlung an { $name }

wallets-entry-received = bekommen
wallets-entry-sent = gesendet
wallets-entry-through = über { $client }
wallets-entry-balance = Stand { $balance }
wallets-entry-given-back = zurückgegeben

wallets-history = Verlauf
wallets-filter = Filtern
wallets-filter-words = Wörter in der Notiz
wallets-filter-direction = Richtung
wallets-filter-both = Ein und aus
wallets-filter-in = Eingang
wallets-filter-out = Ausgang
wallets-filter-kind = Art
wallets-filter-every-kind = Jede Art
wallets-filter-members = Zwischen Mitgliedern
wallets-filter-from = Vom Tag
wallets-filter-to = Bis zum Tag
wallets-filter-least = Mindestens
wallets-filter-most = Höchstens
wallets-filter-one-wallet = Nur mit einem Geldbeutel:
wallets-filter-show = Zeigen
wallets-filter-show-all = Alles zeigen
wallets-nothing-yet-found = Bis hierher passt nichts.
wallets-look-back = Weiter zurück suchen
wallets-nothing-matches = Nichts passt.
wallets-nothing = Noch ist nichts gekommen oder gegangen.
wallets-older = Ältere
wallets-that-is-all = Das ist alles.

wallets-receipt = Beleg
wallets-receipt-of = Beleg: { $amount }, { $name }
wallets-paid = Bezahlt.
wallets-paid-to = { $name } hat es jetzt.
wallets-from = Von
wallets-to = An
wallets-when = Wann
wallets-sent-through = Gesendet über
wallets-note = Notiz
wallets-note-optional = (wenn du magst)
wallets-balance-after = Dein Guthaben danach
wallets-gives-back = Gibt zurück
wallets-earlier-payment = eine frühere Zahlung
wallets-fee-of = Gebühr für
wallets-fee-of-payment = die Zahlung an { $name }
wallets-fee-back = Mit zurückgegebene Gebühr
wallets-balance-after-fee = Dein Guthaben nach Zahlung und Gebühr
wallets-asked-for = Erbeten durch
wallets-a-request = eine Bitte
wallets-asked-back-from-you = Von dir zurückerbeten
wallets-you-asked-back = Du hast darum gebeten, es zurückzubekommen
wallets-proof = Nachweis
wallets-proof-number = Nummer im Buch
wallets-proof-id = Kennung
wallets-proof-place = Platz in der Kette
wallets-proof-place-waits = noch nicht in der Kette
wallets-proof-checkpoint = Siegel
wallets-proof-covered = von einem Siegel erfasst
wallets-proof-waits = wartet auf das nächste Siegel
wallets-proof-meaning = Der unterschriebene Beleg ist eine kleine Datei, die jeder mit dem öffentlichen Schlüssel der Gemeinschaft prüfen kann, ohne uns zu fragen.
wallets-proof-download = Beleg herunterladen
wallets-proof-picture = Als Bild
wallets-give-it-back = Zurückgeben
wallets-how-much = Wie viel
wallets-give-back-most = Bis zu { $amount } davon kannst du { $name } noch zurückgeben.
wallets-give-back = Zurückgeben
wallets-ask-back = Zurückerbitten
wallets-favourite = Ein Favorit: entfernen
wallets-make-favourite = { $name } zu den Favoriten
wallets-to-history = Zurück zum Verlauf

# Woher ein Guthaben kommt.
wallets-explained = Woher dein Guthaben kommt
wallets-explained-now = (leer: jetzt)
wallets-explained-beginning = Von Anfang an
wallets-explained-cut = In dieser Zeit hat sich so viel bewegt, dass nur die neuesten { $count } Buchungen betrachtet sind, seit { $when }. Von da an geht es auf.
wallets-explained-sum = Es geht auf
wallets-explained-before = Vorher hattest du
wallets-earned = Eingenommen
wallets-spent = Ausgegeben
wallets-have-now = Jetzt hast du
wallets-had-then = Danach hattest du
wallets-earned-from = Eingenommen von
wallets-earned-nothing = Es kam nichts.
wallets-spent-on = Ausgegeben an
wallets-spent-nothing = Es ging nichts hinaus.
wallets-times = { $count }-mal
wallets-all-others = Alle anderen
wallets-entries = { $count ->
    [one] 1 Buchung
   *[other] { $count } Buchungen
}

# What a member calls an entry, for themselves alone.
wallets-filter-every-category = Jede Kategorie
wallets-category = Kategorie
wallets-category-own = (nur für dich, sonst sieht sie niemand)
wallets-category-keep = Behalten
wallets-category-take = Wegnehmen
wallets-by-category = Nach Kategorien
wallets-by-category-lately = Was in den letzten 30 Tagen gekommen und gegangen ist
wallets-by-category-filtered = Was in diesen Tagen gekommen und gegangen ist
wallets-more-shown = Weitere Buchungen sind zu sehen.

# Die Buchungen aller, für die, die sich um die Gemeinschaft kümmern.
wallets-all = Buchungen
wallets-all-of = Buchungen von { $name }
wallets-all-whose = Wessen Verlauf
wallets-all-with = Mit wem
wallets-all-id = (Kennung eines Geldbeutels)
wallets-all-type = Typ
wallets-all-type-rule = (1 bis 99)
wallets-all-newest = Buchungen, die neuesten zuerst
wallets-all-issued = Ausgegeben an { $to }
wallets-all-paid = { $from } an { $to }
wallets-all-gives-back = gibt zurück
wallets-all-number = Nummer { $number }
wallets-all-table = Diese als Tabelle
wallets-no-such-wallet = So einen Geldbeutel gibt es nicht.
wallets-direction-of-one = Ein- und Ausgang gibt es nur für einen Geldbeutel: Sag, wessen Verlauf es ist.
wallets-type-rule = Ein Typ ist eine Zahl von 1 bis 99.
wallets-one = Buchung { $number }
wallets-one-kind = { $kind }, Typ { $type }
wallets-one-earlier = eine frühere
wallets-one-correct = Berichtigen
wallets-one-corrected = Berichtigt: Diese Buchung gibt es zurück.
wallets-one-back = Zurück zu den Buchungen

# Der Auszug eines Monats.
wallets-statement = Auszug eines Monats
wallets-statement-month = Monat
wallets-statement-pdf = Zum Drucken (PDF)
wallets-statement-csv = Als Tabelle (CSV)
wallets-statement-title = Auszug für { $month }
wallets-statement-of = { $name } in { $community }
wallets-statement-wallet = Geldbeutel { $wallet }. Alle Beträge in { $token }.
wallets-statement-made = Geschrieben am { $when }.
wallets-statement-so-far = Geschrieben am { $when }: Der Monat ist noch nicht vorbei.
wallets-statement-opening = Guthaben am Anfang
wallets-statement-closing = Guthaben am Ende
wallets-statement-count = { $count ->
    [one] eine Zahlung
   *[other] { $count } Zahlungen
}
wallets-statement-payments = Zahlungen
wallets-statement-empty = In dieser Zeit kam nichts und ging nichts.
wallets-statement-when = Wann
wallets-statement-with = Mit wem
wallets-statement-what = Was
wallets-statement-amount = Betrag
wallets-statement-balance = Guthaben
wallets-statement-noted = { $what }: { $note }
