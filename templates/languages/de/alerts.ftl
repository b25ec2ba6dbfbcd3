# Meldungen: was ungewöhnlich ist, und warum.

alerts-title = Meldungen
alerts-lead = Was hier ganz anders ist als sonst, gefunden von Regeln, die sagen, warum. Eine Meldung klagt niemanden an: Sieh nach, und sag, was daraus wurde.
alerts-off = Das Programm sucht nicht nach Ungewöhnlichem: So steht es in den Einstellungen (alerts.on).
alerts-open = Danach hat noch niemand gesehen
alerts-acknowledged = Nachgesehen
alerts-none = Nichts ist ungewöhnlich.
alerts-none-seen = Noch nichts.
alerts-older = Ältere
alerts-rule = Regel
alerts-state = Welche
alerts-any = Alle
alerts-rule-amount = Eine ungewöhnlich große Zahlung
alerts-rule-frequency = Ungewöhnlich viele Zahlungen
alerts-rule-circle = Ein Kreis
alerts-rule-new-accounts = Neue Konten, die an einen Geldbeutel zahlen
alerts-rule-issuance = Plötzliche Ausgabe
alerts-rule-sign-ins = Ungewöhnlich viele Anmeldungen
alerts-rule-invariant = Das Buch geht nicht auf
alerts-says-amount = { $name } hat { $other } { $amount } gezahlt, das { $times }-Fache des Üblichen ({ $usual }, aus { $payments } Zahlungen davor). Das Meiste bisher war { $most }. Übrig sind { $left }.
alerts-says-amount-new = { $name } hat bisher selten gezahlt und nun { $other } { $amount } gegeben, das { $times }-Fache des hier Üblichen ({ $usual }, aus { $payments } Zahlungen von allen, fast alle höchstens { $most }). Übrig sind { $left }.
alerts-says-frequency = { $name } hat in einer Stunde { $payments } Zahlungen gemacht. Üblich sind in einer Stunde { $usual }, das Meiste bisher war { $most }.
alerts-says-circle = Fast derselbe Betrag, am Ende { $amount }, ging in { $hours } Stunden durch { $wallets } Geldbeutel und kam zurück: { $names }.
alerts-says-new-accounts = { $accounts } Konten, keines älter als { $days } Tage, haben { $name } in einer Woche { $amount } gezahlt, von den { $received }, die sie je bekommen haben.
alerts-says-issuance = In 30 Tagen wurden { $issued } ausgegeben. Das Meiste in solcher Zeit war bisher { $usual }.
alerts-says-issuance-quiet = In 30 Tagen wurden { $issued } ausgegeben, nach einem halben Jahr ohne Ausgabe. Mitglieder haben in dieser Zeit { $usual } gezahlt.
alerts-says-sign-ins = { $name } hat sich in einer Stunde { $times } Mal angemeldet. Das Meiste bisher war { $most }.
alerts-says-refused = In einer Stunde wurden { $times } Anmeldungen abgelehnt. Das Meiste bisher war { $most }.
alerts-says-invariant = Ausgegeben wurden { $issued }, und in allen Geldbeuteln zusammen liegen { $held }. Es wird nichts mehr geschrieben. Führe communitytoken verify aus.
alerts-times = { $count } Mal, zuletzt am { $when }
alerts-seen = Nachgesehen am { $when }:
alerts-why = Warum
alerts-no-verdict = Eine Regel kennt Zahlen und keine Gründe. Frag, bevor du urteilst.
alerts-when = Wann
alerts-again = Wieder
alerts-whom = Wen es betrifft
alerts-others = Auch beteiligt
alerts-rests-on = Die Buchungen, auf denen es beruht
alerts-do = Etwas damit tun
alerts-do-rule = Verwalter und Prüfer lesen es im Protokoll.
alerts-acknowledge = Ich habe nachgesehen
alerts-mute-for = Wenn du die Regel stummschaltest: wie lange
alerts-mute-days = { $count ->
    [one] { $count } Tag lang
   *[other] { $count } Tage lang
}
alerts-mute-for-good = für immer
alerts-mute = Diese Regel für { $name } stummschalten
alerts-mute-rule = Diese Regel für alle stummschalten
alerts-muted = Stummgeschaltet
alerts-muted-until = Bis { $when }:
alerts-muted-for-good = Für immer:
alerts-unmute = Wieder hören
alerts-said-acknowledged = Es ist vermerkt, dass nachgesehen wurde.
alerts-said-muted = Die Regel ist stummgeschaltet. Auf der Seite der Meldungen kannst du sie wieder einschalten.
alerts-said-heard = Die Regel ist wieder zu hören.
alerts-back = Zurück zu allen Meldungen
