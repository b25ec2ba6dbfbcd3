# Einen Geldbeutel sperren.
treasury-freeze = Den Geldbeutel von { $name } sperren
treasury-freeze-means = Von diesem Moment an kann { $name } weder senden noch empfangen.
treasury-freeze-stays = Was im Geldbeutel ist, bleibt darin und ist weiter zu sehen. Du kannst ihn jederzeit freigeben.
treasury-freeze-read-by = Das Mitglied liest es auf der Seite seines Geldbeutels, und es bleibt im Protokoll.
treasury-freeze-do = Sperren
treasury-unfreeze = Den Geldbeutel von { $name } freigeben
treasury-unfreeze-means = { $name } kann sofort wieder senden und empfangen.
treasury-unfreeze-do = Freigeben

# Die Konten der Gemeinschaft.
treasury-accounts = Konten der Gemeinschaft
treasury-pool = der Gemeinschaftstopf
treasury-wallet = Geldbeutel
treasury-history = Sein Verlauf
treasury-history-of = Sein Verlauf: { $name }
treasury-income = Einnahmen und Ausgaben
treasury-issue = Token ausgeben
treasury-issue-lead = Neue Token kommen auf das Konto. Verteilungen geben selbst aus, was ihnen fehlt; dies ist für einen Vorrat.
treasury-issue-nothing = Nichts wurde ausgegeben.
treasury-how-many = Wie viele
treasury-into = Auf
treasury-issue-do = Ausgeben
treasury-issued = Die Token sind ausgegeben.
treasury-move = Token zwischen Konten bewegen
treasury-move-lead = Von einem Konto der Gemeinschaft auf ein anderes. Nichts wird ausgegeben, und kein Mitglied hat mehr oder weniger.
treasury-move-nothing = Nichts wurde bewegt.
treasury-move-to = Auf
treasury-move-do = Bewegen
treasury-moved = Die Token sind bewegt.
treasury-move-same = Wähle ein anderes Konto als das, von dem die Token kommen.
treasury-another = Ein weiteres Konto anlegen
treasury-another-nothing = Es wurde kein Konto angelegt.
treasury-another-name = Name des Kontos
treasury-another-rule = 3 bis 255 Buchstaben (a bis z), Ziffern, _ oder -. Er lässt sich später weder ändern noch entfernen.
treasury-another-do = Anlegen
treasury-made = Das Konto ist angelegt. Ausgaben und Verteilungen können es nennen.

# Verteilen.
treasury-distribute = Verteilen
treasury-distribute-nothing = Nichts wurde verteilt.
treasury-more-lines = { $count ->
    [one] Und eine weitere Zeile.
   *[other] Und { $count } weitere Zeilen.
}
treasury-who-gets = Wer wie viel bekommt
treasury-list-rule = Füge Zellen aus einer Tabelle ein, oder CSV. Die erste Zeile nennt die Spalten: amount und eine von username, user_id oder wallet_id. Höchstens { $most } Empfänger.
treasury-file = Oder eine CSV-Datei
treasury-file-rule = (dann zählt nicht, was oben steht)
treasury-note = Was sie dazu lesen
treasury-from = Von
treasury-account-holds = { $name }: { $balance }
treasury-look = Ansehen, was geschähe
treasury-lately = Zuletzt
treasury-never = Noch wurde nichts verteilt.
treasury-all = Alle Verteilungen
treasury-to-schedules = Zeitpläne: was von selbst verteilt wird
treasury-right = Ist das richtig?
treasury-to-members = { $count ->
    [one] an ein Mitglied
   *[other] an { $count } Mitglieder
}
treasury-to-members-or-none = { $count ->
    [one] an ein Mitglied
   *[other] an { $count } Mitglieder, an alle oder keines
}
treasury-pool-now = Jetzt auf dem Konto
treasury-will-issue = Wird dafür ausgegeben
treasury-pool-after = Danach auf dem Konto
treasury-they-read = Sie lesen
treasury-reason-hint = Dank für die Woche
treasury-distribute-do = Verteilen
treasury-change = Etwas ändern
treasury-has = hat jetzt { $balance }
treasury-more-clear = { $count ->
    [one] Und ein weiteres, das klar ist.
   *[other] Und { $count } weitere, alle klar.
}
treasury-distribution = Verteilung
treasury-why = Warum
treasury-by = Von
treasury-when = Wann
treasury-issued-for-it = Dafür ausgegeben
treasury-line = Zeile { $number }
treasury-again = Noch einmal dasselbe
treasury-who-got = Wer wie viel bekam
treasury-number = Nummer { $number } im Buch
treasury-more = { $count ->
    [one] Und eines mehr.
   *[other] Und { $count } weitere.
}
treasury-else = Etwas anderes verteilen

# Was an einer Liste nicht stimmt.
treasury-list-line = Zeile { $line }: { $problem }
treasury-list-empty = Die Liste nennt niemanden.
treasury-list-large = Die Liste ist größer als 16 MiB.
treasury-list-utf16 = Die Liste ist in UTF-16. Speichere sie als CSV in UTF-8 und versuche es noch einmal.
treasury-list-headings = Die erste Zeile ist nicht zu lesen: Sie muss die Spalten nennen, in UTF-8.
treasury-list-no-amount = Die erste Zeile muss eine Spalte amount nennen.
treasury-list-no-who = Die erste Zeile muss eine Spalte wallet_id, user_id oder username nennen.
treasury-list-broken = Sie muss so viele Spalten haben wie die erste, in UTF-8.
treasury-list-no-id = Das ist keine Kennung: Eine sieht aus wie 1b4e28ba-2fa1-4d2e-883f-0016d3cca427.
treasury-list-twice = Dieser Geldbeutel ist zweimal genannt.
treasury-list-frozen = Dieser Geldbeutel ist gesperrt und kann nichts bekommen.
treasury-list-gone = Wem dieser Geldbeutel gehört, hat die Gemeinschaft verlassen.
treasury-list-system = Dieser Geldbeutel gehört zu einem Konto der Gemeinschaft, nicht einem Mitglied.
treasury-list-sum = Zusammen übersteigen die Beträge 9223372036854775807, das Höchste, was das Buch fasst.
treasury-list-nobody = Es gibt kein Mitglied namens { $name }.
treasury-list-several = Mehrere Mitglieder heißen { $name }. Nimm die Kennung.
treasury-other-than-shown = Das ist nicht, was dir zuletzt gezeigt wurde. Sieh es dir noch einmal an.
treasury-pool-smaller = Auf dem Konto ist inzwischen weniger, darum müsste dafür mehr ausgegeben werden. Sieh es dir noch einmal an.
treasury-no-distribution = So eine Verteilung gibt es nicht.

# Berichtigen.
treasury-correct = Buchung { $number } berichtigen
treasury-correct-nothing = Nichts wurde geändert.
treasury-correct-means = { $from } hat { $amount } an { $to } gezahlt. Was du hier sagst, geht sofort von { $to } an { $from } zurück, in einer Buchung, die diese nennt. Beide sehen es.
treasury-correct-amount = Wie viel zurückgeht
treasury-correct-most = Höchstens { $amount }.
treasury-correct-fee = Geht alles zurück, so geht auch die Gebühr von { $fee } zurück.
treasury-correct-do = Berichtigen
