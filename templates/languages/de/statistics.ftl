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
statistics-view-quarter = 90 Tage
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
statistics-to-sandbox = Was wäre, wenn?
statistics-to-distributions = Was Verteilungen bewirkt haben
statistics-to-flow = Wer mit wem handelt
statistics-to-report = Bericht des letzten Monats

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
statistics-accounts-empty = In dieser Zeit kam nichts herein und ging nichts hinaus.
statistics-accounts-note = Von jedem Konto zwei Säulen: was hereinkam, und daneben, was hinausging.
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

# Was Verteilungen bewirkt haben.
statistics-effect-lead = Ob verteilte Token von Nutzen waren: wie bald sie ausgegeben wurden und wo sie jetzt sind. Verfolgt werden sie der Reihe nach: Wer zahlt, gibt zuerst weiter, was zuerst kam.
statistics-effect-none = Noch wurde nichts verteilt. Verteilungen an weniger als fünf Mitglieder sehen nur Verwalter und Prüfer.
statistics-effect-earlier = Frühere Verteilungen
statistics-effect-says = { $when }, { $what }: { $amount }
statistics-soon = Wie bald es ausgegeben wurde
statistics-soon-lead = Verteilt wurden { $distributed }. Davon wurden { $week } in 7 Tagen ausgegeben, { $month } in 30 und { $quarter } in 90.
statistics-soon-empty = In dieser Zeit wurde nichts verteilt.
statistics-soon-note = Ausgegeben ist, was ein Mitglied davon irgendwem gezahlt hat, als es zum ersten Mal aus der Hand ging. Die neuesten Verteilungen hatten weniger Zeit als die anderen. Zurückgenommen ist, was Berichtigungen nahmen.
statistics-within-7 = In 7 Tagen
statistics-within-30 = 30 Tagen
statistics-within-90 = 90 Tagen
statistics-later = Später
statistics-spent-7 = In 7 Tagen ausgegeben
statistics-spent-30 = In 30 Tagen ausgegeben
statistics-spent-90 = In 90 Tagen ausgegeben
statistics-spent-later = Später ausgegeben
statistics-spent-by-now = Bis jetzt ausgegeben
statistics-spenders-7 = Von Mitgliedern in 7 Tagen
statistics-spenders-30 = Von Mitgliedern in 30 Tagen
statistics-spenders-90 = Von Mitgliedern in 90 Tagen
statistics-spenders-by-now = Von Mitgliedern bis jetzt
statistics-taken-back = Zurückgenommen
statistics-places = Wo es jetzt ist
statistics-places-lead = { $still } liegen noch bei den Mitgliedern, die sie bekamen. { $returned } kamen auf die Konten der Gemeinschaft zurück.
statistics-places-lead-reach = { $still } liegen noch bei den Mitgliedern, die sie bekamen; { $unreachable } davon kann zurzeit niemand ausgeben, weil der Geldbeutel gesperrt oder das Mitglied gegangen ist. { $returned } kamen auf die Konten der Gemeinschaft zurück.
statistics-places-note = Was zurückkam, zahlte an die Konten der Gemeinschaft, wer es da gerade hatte.
statistics-lies-still = Liegt noch
statistics-with-others = Bei anderen Mitgliedern
statistics-came-back = Zurückgekommen
statistics-out-of-reach = Unerreichbar
statistics-made = Gemacht am
statistics-what-for = Wofür
statistics-each-distribution = Jede Verteilung

# Andere Regeln ausprobieren.
statistics-sandbox-lead = Probiere andere Regeln aus. Die Geschichte der Gemeinschaft wird damit tausendmal weitergelebt, jedes Mal mit anderen Zufällen; was daraus wurde, ist unten gezeichnet. Verändert wird dadurch nichts.
statistics-sandbox-failed = Das ließ sich nicht ausprobieren.
statistics-sandbox-give = Verteilen
statistics-sandbox-take = Von Zahlungen zwischen Mitgliedern in den Gemeinschaftstopf nehmen
statistics-sandbox-more = Mehr verändern
statistics-sandbox-try = Ausprobieren
statistics-sandbox-assumed = Was angenommen wird
statistics-sandbox-futures = { $runs } Zukünfte. Die Frage steht in der Adresse dieser Seite: Wer sie heute öffnet, sieht dasselbe, solange sich nichts bewegt.
statistics-sandbox-example = Zum Beispiel
statistics-sandbox-example-weekly = Fünfzig pro Woche an jedes Mitglied, und 2 Prozent Gebühr
statistics-sandbox-example-none = Es wird nichts mehr verteilt
statistics-sandbox-example-same = Alles bleibt, wie es ist
statistics-ask-tokens = Token jedes Mal
statistics-ask-as-now = wie bisher
statistics-ask-to = An
statistics-ask-each = jedes Mitglied
statistics-ask-together = alle zusammen
statistics-ask-every = Wie oft
statistics-ask-day = jeden Tag
statistics-ask-week = jede Woche
statistics-ask-two-weeks = alle zwei Wochen
statistics-ask-month = jeden Monat
statistics-ask-quarter = alle drei Monate
statistics-ask-fee-percent = Gebühr in Prozent
statistics-ask-fee-tokens = Gebühr in Token
statistics-ask-demurrage = Jeden Monat zurück in den Gemeinschaftstopf, in Prozent
statistics-ask-issue = Jetzt einmalig ausgegeben
statistics-ask-joining = Mitglieder, die im Monat kommen
statistics-ask-leaving = Mitglieder, die im Monat gehen
statistics-ask-months = Monate nach vorn
statistics-ask-runs = Wie viele Zukünfte
statistics-ask-seed = Wo der Zufall beginnt
statistics-rule-between = muss eine ganze Zahl von { $least } bis { $most } sein
statistics-rule-from = muss eine ganze Zahl ab { $least } sein
statistics-rule-percent = muss eine Zahl von 0 bis 100 mit höchstens zwei Stellen nach dem Komma sein
statistics-rule-choice = muss eins der angebotenen sein
statistics-rule-members = darf für Mitglieder höchstens { $most } sein; Verwalter dürfen nach mehr fragen
statistics-rule-effort = ist zu viel für eine so rege Gemeinschaft wie diese: frage nach weniger Zukünften oder Monaten
statistics-missed = Von allen Zahlungen blieben { $share } aus, weil zu wenig hatte, wer zahlen wollte.
statistics-paid-monthly = Zwischen Mitgliedern im Monat gezahlt
statistics-velocity-monthly = Wie oft ein Token im Monat von Hand zu Hand geht
statistics-velocity-meaning = Was die Mitglieder einander im Monat zahlten, geteilt durch das, was sie darin im Mittel hatten.
statistics-unevenness = Wie ungleich es verteilt ist
statistics-unevenness-meaning = Der Gini-Koeffizient: 0, wenn alle gleich viel haben, fast 1, wenn einer alles hat.
statistics-futures-lead = Nach { $months } Monaten sind es in neun von zehn Zukünften zwischen { $low } und { $high }, in der Hälfte höchstens { $middle }.
statistics-futures-certain = Nach { $months } Monaten: { $middle }, wie der Zufall auch spielt.
statistics-futures-says = { $when }: { $low } bis { $high }, die Hälfte höchstens { $middle }
statistics-futures-most = neun von zehn Zukünften
statistics-futures-half = die Hälfte davon
statistics-futures-middle = die Mitte
statistics-futures-empty = In keiner Zukunft gibt es etwas.
statistics-futures-table = Die Zukünfte, Monat für Monat
statistics-futures-p5 = Eine von zwanzig höchstens
statistics-futures-p25 = Eine von vier höchstens
statistics-futures-p50 = Die Hälfte höchstens
statistics-futures-p75 = Drei von vier höchstens
statistics-futures-p95 = Neunzehn von zwanzig höchstens
statistics-assumed-no-day = Die Gemeinschaft hat noch keinen ganzen Tag hinter sich; deshalb werden gar keine Zahlungen angenommen.
statistics-assumed-no-payments = In den letzten { $days } Tagen hat kein Mitglied einem anderen etwas gezahlt; deshalb werden keine Zahlungen angenommen.
statistics-assumed-few = Nur { $payments } Zahlungen in { $days } Tagen sind bekannt: zu wenige, um sich auf das Folgende zu verlassen.
statistics-assumed-payments = Die Mitglieder zahlen weiter, wem sie zahlten, so oft und so viel wie in den letzten { $days } Tagen, solange sie die Token haben.
statistics-assumed-new-distribution = Was bisher verteilt wurde, endet; an seine Stelle tritt, wonach gefragt ist. Was dem Gemeinschaftstopf dafür fehlt, wird neu ausgegeben.
statistics-assumed-distribution = Die Gemeinschaft verteilt weiter wie bisher. Was dem Gemeinschaftstopf dafür fehlt, wird neu ausgegeben.
statistics-assumed-members = Niemand kommt und niemand geht.
statistics-assumed-ways = Niemand ändert seine Gewohnheiten: Wer mehr bekommt, zahlt nicht öfter, und wer eine Gebühr zahlt, zahlt nicht weniger.

# Der Bericht eines Monats.
statistics-month-before = ← Der Monat davor
statistics-month-after = Der Monat danach →
statistics-month-nav = Monat
statistics-report = Bericht für { $month }
statistics-report-words = In Worten
statistics-report-figures = In Zahlen
statistics-report-not-over = { $month } ist noch nicht vorbei: Das sind die Zahlen bis jetzt.
statistics-report-traded = Im { $month } haben { $active } von { $members } Mitgliedern gehandelt. Sie zahlten einander { $volume } { $count ->
    [one] in einer Zahlung
   *[other] in { $count } Zahlungen
}.
statistics-report-before-none = Im { $before } zahlten sie einander nichts.
statistics-report-more = Das sind { $change } mehr als im { $before }.
statistics-report-less = Das sind { $change } weniger als im { $before }.
statistics-report-same = Das ist so viel wie im { $before }.
statistics-report-members = { $joined ->
    [one] Ein Mitglied kam
   *[other] { $joined } Mitglieder kamen
} dazu, und { $left ->
    [one] eines ging
   *[other] { $left } gingen
}.
statistics-report-moved = { $issued } wurden ausgegeben, { $distributed } an Mitglieder verteilt, und Mitglieder zahlten { $returned } an die Konten der Gemeinschaft.
statistics-report-held = Am Ende hatten die Mitglieder { $held }, und { $pool } lagen auf den Konten der Gemeinschaft.
statistics-report-spent = Von dem, was im { $month } verteilt wurde, sind bis jetzt { $spent } ausgegeben, { $soon } innerhalb von 7 Tagen.
statistics-report-ahead = Im { $month } zahlen die Mitglieder einander wohl zwischen { $lower } und { $upper }.
statistics-report-volume = Was sie bewegten
statistics-report-average = Eine Zahlung im Mittel
statistics-report-median = Eine Zahlung in der Mitte
statistics-report-velocity = So oft geht ein Token im Jahr von Hand zu Hand
statistics-report-traders = Mitglieder, die handelten
statistics-report-joined = Mitglieder, die dazukamen
statistics-report-left = Mitglieder, die gingen
statistics-report-returned = An die Konten der Gemeinschaft gezahlt
statistics-report-with-members = Am Ende bei den Mitgliedern
statistics-report-in-accounts = Am Ende auf den Konten der Gemeinschaft
statistics-report-pdf = Zum Drucken (PDF)
statistics-income = Einnahmen
statistics-expense = Ausgaben

# Wer mit wem handelt.
statistics-flow-network = Das Netz
statistics-flow-description = Mitglieder auf einem Kreis, und Linien zwischen denen, die einander zahlten: je breiter, desto mehr Token. Die stärksten Verbindungen stehen in der Tabelle darunter.
statistics-flow-meaning = Jeder Punkt ist ein Mitglied, jede Linie das, was eines dem anderen zahlte: je breiter, desto mehr. Gezeichnet sind höchstens die { $most } stärksten Verbindungen. Die Nummern bedeuten außerhalb dieser Seite nichts.
statistics-flow-none = In dieser Zeit zahlte kein Mitglied einem anderen etwas.
statistics-flow-traded = { $members } Mitglieder handelten, über { $count ->
    [one] eine Verbindung
   *[other] { $count } Verbindungen
}: Eine Verbindung ist ein Mitglied, das einem anderen zahlte, einmal oder öfter.
statistics-flow-density = Von allen Verbindungen, die diese Mitglieder haben könnten, gibt es { $share }.
statistics-flow-mutual = Von denen, die es gibt, gehen { $share } in beide Richtungen.
statistics-flow-joined = Alle sind verbunden, direkt oder über andere.
statistics-flow-groups = Sie bilden { $groups } Gruppen, zwischen denen nichts gezahlt wurde; die größte hat { $members } Mitglieder.
statistics-flow-member = Mitglied { $number }
statistics-flow-says = { $from } → { $to }: { $volume } ({ $count })
statistics-flow-from = Von
statistics-flow-to = An
statistics-flow-payments = Zahlungen
statistics-flow-who-paid = Wer zahlte
statistics-flow-who-was-paid = Wer bekam
statistics-flow-numbers = In Zahlen
statistics-flow-strongest = Die stärksten Verbindungen
statistics-flow-groups-table = Gruppen, zwischen denen nichts gezahlt wurde
