# Was ein Browser mitteilt, während keine Seite offen ist.

push-title = In diesem Browser
push-lead = Dieser Browser kann dir Neues mitteilen, während keine unserer Seiten offen ist. Es endet, wenn du dich hier abmeldest.
push-add = In diesem Browser mitteilen
push-remove = Hier nichts mehr mitteilen
push-failed = Der Browser erlaubt es nicht. Sieh in seinen Einstellungen für diese Seite nach.
push-column = In Browsern
push-payment = { $name } hat dir { $amount } gezahlt.
push-payments = Du hast { $count } Zahlungen bekommen, zusammen { $amount }.
push-distribution = Du hast { $amount } von der Gemeinschaft bekommen.
push-frozen = Dein Geldbeutel wurde gesperrt.
push-unfrozen = Dein Geldbeutel wurde entsperrt.
push-signed-in = Jemand hat sich in einem neuen Browser als du angemeldet.
push-ways-in = Deine Wege, dich anzumelden, haben sich geändert.
push-role = Deine Rolle hat sich geändert.
push-address = Deine Adresse für Mail hat sich geändert.
push-webhook = Ein Webhook wurde angehalten: Er nimmt keine Nachrichten an.
push-consent = { $name } schlägt etwas über { $amount } vor: Es wartet auf deine Zustimmung.
push-schedule = Eine Verteilung, die von selbst geschehen sollte, ist nicht geschehen.
push-alert = Etwas ist ungewöhnlich: { $what }.
push-report = Der Bericht für { $month } ist fertig.
push-kind = { $kind }: in Browsern
