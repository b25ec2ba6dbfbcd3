# Zeitpläne: Verteilungen, die von selbst geschehen.

schedules-title = Zeitpläne
schedules-lead = Verteilungen, die von selbst geschehen, zu den Zeiten, die du wählst.
schedules-made = Bisher angelegt
schedules-none = Noch wird nichts von selbst verteilt.
schedules-new = Neuer Zeitplan
schedules-rests = ruht
schedules-next = Nächstes Mal am { $when }
schedules-last = Zuletzt am { $when }: { $what }
schedules-to-distribute = Jetzt etwas verteilen
schedules-to-everyone = an alle Mitglieder
schedules-to-active = { $days ->
    [one] an alle, die am letzten Tag gezahlt oder erhalten haben
   *[other] an alle, die in den letzten { $days } Tagen gezahlt oder erhalten haben
}
schedules-to-role = an alle mit der Rolle „{ $role }“
schedules-to-list = { $count ->
    [one] an { $count } Mitglied mit Namen
   *[other] an { $count } Mitglieder mit Namen
}
schedules-gives-fixed = je { $amount }
schedules-gives-per-payment = { $days ->
    [one] { $amount } für jede Zahlung des letzten Tages, höchstens { $most }
   *[other] { $amount } für jede Zahlung der letzten { $days } Tage, höchstens { $most }
}
schedules-gives-shared = { $days ->
    [one] zusammen { $amount }, geteilt nach den Zahlungen des letzten Tages
   *[other] zusammen { $amount }, geteilt nach den Zahlungen der letzten { $days } Tage
}
schedules-came-distributed = { $count ->
    [one] { $amount } an { $count } Mitglied
   *[other] { $amount } an { $count } Mitglieder
}
schedules-came-nobody = Es gab niemanden, der etwas bekommen hätte
schedules-came-failed = Es ist nicht geschehen. { $why }
schedules-says = Was er tut
schedules-how-much = Wie viel
schedules-whom = An wen
schedules-when = Wann
schedules-zone = Nach der Uhr von
schedules-issued-max = Höchstens ausgeben
schedules-next-run = Das nächste Mal
schedules-rests-since = Er ruht seit { $when }. Es geschieht nichts, bis du ihn weiterlaufen lässt.
schedules-would-fail = So wie es jetzt steht, würde es nicht geschehen. { $why }
schedules-would-nobody = So wie es jetzt steht, würde niemand etwas bekommen.
schedules-as-now = So wie es jetzt steht.
schedules-would-issue = Dafür würden { $amount } ausgegeben.
schedules-more = { $count ->
    [one] Und { $count } weiteres.
   *[other] Und { $count } weitere.
}
schedules-left-out = Auf der Liste, aber ausgelassen:
schedules-left-frozen = der Geldbeutel ist gesperrt
schedules-left-gone = ist gegangen
schedules-runs = Was daraus wurde
schedules-no-runs = Er war noch nicht an der Reihe.
schedules-due-ran = Fällig am { $due }, ausgeführt am { $ran }
schedules-issued = Dafür wurden { $amount } ausgegeben
schedules-skipped = { $count ->
    [one] Das Programm lief nicht: { $count } späteres Mal ist ausgefallen
   *[other] Das Programm lief nicht: { $count } spätere Male sind ausgefallen
}
schedules-older = Ältere
schedules-do = Etwas damit tun
schedules-do-rule = Solange er ruht, geschieht nichts, und nichts wird später nachgeholt. Was er verteilt hat, bleibt, was du auch tust.
schedules-pause = Ruhen lassen
schedules-resume = Weiterlaufen lassen
schedules-remove = Entfernen
schedules-back = Zurück zu den Zeitplänen
schedules-change = Ändern
schedules-name = Wie er heißt
schedules-name-hint = Wöchentliche Belohnung
schedules-cron-rule = Fünf Felder wie bei cron: Minute, Stunde, Tag des Monats, Monat, Wochentag. Höchstens einmal in der Stunde. Wird die Uhr umgestellt, geschieht jedes Mal genau einmal.
schedules-cron-monday = montags um 9:00
schedules-cron-first = am Ersten jedes Monats um 18:30
schedules-cron-last = am Letzten jedes Monats um 12:00
schedules-choose-active = an alle, die zuletzt gezahlt oder erhalten haben
schedules-days = Innerhalb von wie vielen Tagen
schedules-choose-role = an alle mit einer Rolle
schedules-role = Welche Rolle
schedules-choose-list = an diese Mitglieder
schedules-list = Ein Name in jeder Zeile, höchstens { $most }
schedules-whom-rule = Gesperrte Geldbeutel und Mitglieder, die gegangen sind, werden ausgelassen.
schedules-tokens = Wie viele Token
schedules-choose-fixed = für jedes Mitglied
schedules-choose-per-payment = für jede Zahlung, die es gemacht hat
schedules-most = An jedes höchstens
schedules-choose-shared = für alle zusammen, geteilt nach ihren Zahlungen
schedules-payments-days = Zahlungen aus wie vielen Tagen
schedules-payments-rule = Eine Zahlung zählt für den, der sie gemacht hat, außer sie wurde zurückgegeben.
schedules-issued-rule = Was auf dem Konto fehlt, wird ausgegeben. Wäre das mehr als diese Zahl, geschieht nichts, und du erfährst es.
schedules-make = Zeitplan anlegen
schedules-save = Speichern
schedules-cancel = Abbrechen
schedules-operators-only = Das können nur Verwalter.
schedules-said-made = Der Zeitplan ist angelegt.
schedules-said-changed = Der Zeitplan ist geändert.
schedules-said-paused = Der Zeitplan ruht.
schedules-said-resumed = Der Zeitplan läuft weiter.
schedules-name-rule = Der Name muss 1 bis 80 Zeichen haben.
schedules-name-taken = Ein anderer Zeitplan heißt schon so.
schedules-cron-never = Diese Zeit kommt nie.
schedules-cron-often = Das ist öfter als einmal in der Stunde.
schedules-list-nobody = Es gibt kein Mitglied „{ $name }“.
schedules-list-several = Mehrere Mitglieder heißen „{ $name }“. Schreibe stattdessen die Kennung.
