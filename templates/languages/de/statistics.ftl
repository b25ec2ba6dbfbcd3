# Statistik.

statistics-title = Statistik
statistics-where = Wo alles ist
statistics-where-bar = { $members } Prozent bei den Mitgliedern, { $pool } Prozent im Gemeinschaftstopf
statistics-with-members = Bei den Mitgliedern
statistics-in-pool = Im Gemeinschaftstopf
statistics-issued = Insgesamt ausgegeben
statistics-adds-up = Was die Mitglieder haben und was im Gemeinschaftstopf ist, ergibt zusammen genau, was ausgegeben wurde. Kein Token ging verloren oder wurde erfunden.
statistics-does-not-add-up = Die Summen stimmen nicht. Sage sofort einem Verwalter Bescheid.
statistics-members = Mitglieder
statistics-members-holding = Davon mit etwas im Geldbeutel
statistics-nothing = Noch hat sich nichts bewegt. Sobald Token verteilt und gezahlt werden, zeigt diese Seite, wie viele es gibt, wie sie sich bewegen, wer mitmacht und wie gleichmäßig sie verteilt sind.
statistics-time = Zeit
statistics-view-hours = 24 Stunden
statistics-view-days = 30 Tage
statistics-view-weeks = 26 Wochen
statistics-view-months = 12 Monate
statistics-view-all = Von Anfang an
statistics-view-earlier = ← Früher
statistics-view-later = Später →
statistics-vouched = Verbürgt
statistics-vouched-up-to = Unterschrieben bis zur Buchung
statistics-vouched-when = Wann
statistics-vouched-head = Kopf der Kette
statistics-vouched-meaning = Ein Siegel ist das ganze Buch in sechs unterschriebenen Zeilen. Bewahre eines auf, und du kannst später zeigen, ob etwas verändert wurde.
statistics-vouched-download = Siegel herunterladen
statistics-public-key = Öffentlicher Schlüssel
statistics-vouched-none = Es gibt noch kein Siegel.
statistics-counted = Aus dem Buch gezählt am { $when }.
statistics-numbers-below = Die Zahlen stehen in der Tabelle darunter.
statistics-download = Als Tabelle herunterladen
statistics-back = Zurück zur Statistik

statistics-says = { $when }: { $what }
statistics-count-says = { $when }: { $count } über { $volume }
statistics-hour-of-week = { date-weekday }, { $time } Uhr

statistics-sentences = { $first } { $second }
statistics-from = Ab
statistics-how-many = Anzahl
statistics-moved = Bewegt

statistics-supply = Wie viel es gibt
statistics-supply-lead = Bis zum Ende dieser Zeit insgesamt ausgegeben: { $issued }.
statistics-supply-says = { $when }: { $members } bei den Mitgliedern, { $pool } im Gemeinschaftstopf
statistics-supply-empty = Bis dahin war nichts ausgegeben.
statistics-supply-note = Gezählt am Ende jedes Abschnitts, im letzten jetzt. Jedes Mal wird zusammengezählt, was die Mitglieder haben und was im Gemeinschaftstopf ist, und mit dem Ausgegebenen verglichen.
statistics-supply-table = Token am Ende jedes Abschnitts
statistics-sums-up = Stimmt

statistics-payments = Zahlungen zwischen Mitgliedern
statistics-payments-lead = Die Mitglieder haben einander { $paid } gezahlt.
statistics-payments-pace = In diesem Tempo geht ein Token { $times }-mal im Jahr von Hand zu Hand.
statistics-payments-empty = In dieser Zeit hat niemand etwas gezahlt.
statistics-payments-note = Wie oft ein Token von Hand zu Hand geht, ist das, was die Mitglieder einander zahlten, geteilt durch das, was sie im Mittel hatten.
statistics-payments-table = Was die Mitglieder einander zahlten
statistics-paid = Gezahlt
statistics-held-on-average = Im Mittel vorhanden
statistics-changed-hands = Von Hand zu Hand
statistics-changed-hands-yearly = Dasselbe aufs Jahr

statistics-transactions = Buchungen jeder Art
statistics-transactions-lead = { $count ->
    [one] Eine Buchung bewegte { $volume }.
   *[other] { $count } Buchungen bewegten { $volume }.
}
statistics-transactions-before = { $count ->
    [0] In gleich viel Zeit davor war es keine.
    [one] In gleich viel Zeit davor war es eine, die { $volume } bewegte.
   *[other] In gleich viel Zeit davor waren es { $count }, die { $volume } bewegten.
}
statistics-transactions-empty = In dieser Zeit gab es keine.
statistics-transactions-table = Buchungen im Lauf der Zeit
statistics-kinds-table = Buchungen nach ihrer Bedeutung
statistics-kind = Was
statistics-kind-issuance = Ausgegeben
statistics-kind-distribution = An Mitglieder verteilt
statistics-kind-transfer = Zwischen Mitgliedern gezahlt
statistics-kind-pool = In den Gemeinschaftstopf gezahlt
statistics-average = Im Mittel
statistics-median = In der Mitte

statistics-active = Mitglieder, die mitmachen
statistics-active-lead = Von { $total } Mitgliedern haben { $week } in den letzten 7 Tagen gehandelt, { $month } in 30 Tagen, { $quarter } in 90 Tagen.
statistics-active-says = { $when }: { $active } von { $total }
statistics-active-empty = In dieser Zeit hat niemand gehandelt.
statistics-active-note = Handeln heißt: jemandem etwas zahlen oder von einem Mitglied etwas bekommen. Was verteilt wird, zählt nicht.
statistics-active-table = Mitglieder, die handelten, kamen und gingen
statistics-traded = Handelten
statistics-joined = Kamen
statistics-left = Gingen
statistics-returned = Kamen wieder
statistics-cohorts-table = Wie viele von denen, die in einem Monat kamen, später handelten
statistics-joined-in = Gekommen im
statistics-that-month = In dem Monat
statistics-next-month = Im nächsten
statistics-after-2 = Nach 2
statistics-after-3 = Nach 3
statistics-after-6 = Nach 6

statistics-spread = Wie gleichmäßig es verteilt ist
statistics-spread-lead = Das Zehntel der Mitglieder, das am meisten hat, hat { $share } aller Token; ein Mitglied in der Mitte hat { $median }. Gini-Koeffizient: { $gini }.
statistics-spread-empty = Noch hat kein Mitglied etwas.
statistics-spread-note = Die Kurve sagt, welchen Anteil die ärmsten Mitglieder zusammen haben; wäre sie die gerade Linie, hätten alle gleich viel. Leere Geldbeutel zählen mit. Gezeigt ist dieser Augenblick, welche Zeit auch gewählt ist.
statistics-poorest = Ärmste
statistics-richest = Reichste
statistics-tenths-table = Was jedes Zehntel der Mitglieder hat, das ärmste zuerst
statistics-tenth = Zehntel
statistics-holds = Hat
statistics-with-those-before = Mit denen davor
statistics-holders-table = Die größten Guthaben
statistics-place = Platz
statistics-who = Wer
statistics-share = Anteil

statistics-hours = Wann Mitglieder zahlen
statistics-hours-lead = { $count ->
    [one] Am häufigsten zahlten Mitglieder am { date-weekday } nach { $time } Uhr: einmal in den 90 Tagen bis { $day }.
   *[other] Am häufigsten zahlten Mitglieder am { date-weekday } nach { $time } Uhr: { $count }-mal in den 90 Tagen bis { $day }.
}
statistics-hours-empty = In diesen 90 Tagen hat niemand etwas gezahlt.
statistics-hours-note = Nach den Stunden auf der Uhr der Gemeinschaft, über 90 Tage: je kräftiger die Farbe, desto mehr Zahlungen.
statistics-hours-table = Zahlungen nach Wochentag und Stunde
statistics-day = Tag
statistics-hour = Stunde

statistics-accounts = Die eigenen Konten der Gemeinschaft
statistics-accounts-lead = Was hereinkam, was hinausging und was übrig ist.
statistics-accounts-table = Jedes Konto über die ganze Zeit
statistics-movements-table = Jedes Konto, Abschnitt für Abschnitt
statistics-account = Konto
statistics-account-before = Vorher
statistics-account-after = Nachher
statistics-account-at-end = Am Ende
statistics-account-issued = Ausgegeben
statistics-account-from-members = Von Mitgliedern
statistics-account-from-accounts = Von Konten
statistics-account-distributed = Verteilt
statistics-account-to-accounts = An Konten

statistics-forecast = Was kommen kann
statistics-forecast-lead = Schätzungen: was war, fortgeführt nach seiner Richtung und seinem Wochen- oder Jahreslauf. Was Menschen tun werden, weiß niemand; unter jeder steht, wie weit sie bisher danebenlag.
statistics-ahead-days = 14 Tage
statistics-ahead-weeks = 8 Wochen
statistics-ahead-months = 6 Monate
statistics-circulation = In den Händen der Mitglieder
statistics-ahead-expected = { $when }: etwa { $value }, in vier von fünf Fällen zwischen { $lower } und { $upper }.
statistics-ahead-better = Frühere Blicke nach vorn lagen im Mittel um { $off } daneben; zu sagen, dass sich nichts ändert, um { $unchanged }.
statistics-ahead-no-better = Frühere Blicke nach vorn lagen im Mittel um { $off } daneben; zu sagen, dass sich nichts ändert, war nicht schlechter ({ $unchanged }). Nimm es also nicht zu genau.
statistics-ahead-says = { $when }: { $lower } bis { $upper }
statistics-ahead-table = Was zu erwarten ist, und in welchen Grenzen
statistics-ahead-value = Erwartet
statistics-ahead-lower = Mindestens
statistics-ahead-upper = Höchstens
statistics-ahead-missing-days = Noch ist zu wenig geschehen, um nach vorn zu sehen: Seit dem Anfang der Gemeinschaft { $over ->
    [one] ist ein ganzer Tag
   *[other] sind { $over } ganze Tage
} vergangen, und { $missing } fehlen noch.
statistics-ahead-missing-weeks = Noch ist zu wenig geschehen, um nach vorn zu sehen: Seit dem Anfang der Gemeinschaft { $over ->
    [one] ist eine ganze Woche
   *[other] sind { $over } ganze Wochen
} vergangen, und { $missing } fehlen noch.
statistics-ahead-missing-months = Noch ist zu wenig geschehen, um nach vorn zu sehen: Seit dem Anfang der Gemeinschaft { $over ->
    [one] ist ein ganzer Monat
   *[other] sind { $over } ganze Monate
} vergangen, und { $missing } fehlen noch.
statistics-ahead-none = Es gab nichts, und es ist nichts zu erwarten.
