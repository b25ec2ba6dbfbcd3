# Webhooks: Programme, die erfahren, was geschieht.

webhooks-title = Webhooks
webhooks-lead = Programme der Gemeinschaft, die erfahren, was hier geschieht: Jede Nachricht ist signiert und geht an eine Adresse, die du einträgst.
webhooks-made = Bisher eingerichtet
webhooks-none = Noch erfährt kein Programm etwas.
webhooks-new = Ein weiteres Programm benachrichtigen
webhooks-url = Seine Adresse
webhooks-url-rule = Sie beginnt mit https:// und führt zum Programm, das die Nachrichten annimmt.
webhooks-kinds = Was es erfährt
webhooks-kind-transfer = Zahlungen
webhooks-kind-distribution = Verteilungen
webhooks-kind-issuance = Ausgegebene Token
webhooks-kind-joined = Jemand ist beigetreten
webhooks-kind-left = Ein Mitglied ist gegangen
webhooks-kind-restored = Ein Mitglied ist zurück
webhooks-kind-erased = Ein Mitglied wurde vergessen
webhooks-kind-role-granted = Eine Rolle wurde vergeben
webhooks-kind-role-revoked = Eine Rolle wurde entzogen
webhooks-kind-frozen = Ein Geldbeutel wurde gesperrt
webhooks-kind-unfrozen = Ein Geldbeutel wurde entsperrt
webhooks-kind-checkpoint = Siegel
webhooks-kind-alert = Meldungen
webhooks-kind-test = Probe
webhooks-notes = Und was Mitglieder zu ihren Zahlungen schreiben
webhooks-with-notes = Und was Mitglieder zu ihren Zahlungen schreiben
webhooks-reason = Warum?
webhooks-make = Webhook einrichten
webhooks-state-new = Noch wurde nichts gesendet
webhooks-state-well = Läuft; die letzte Nachricht wurde am { $when } angenommen
webhooks-state-not-taken = Die letzte gesendete Nachricht wurde nicht angenommen
webhooks-state-failing = Nimmt seit { $when } keine Nachricht an
webhooks-state-stopped = Von einem Verwalter angehalten am { $when }
webhooks-state-gone = Angehalten am { $when }: Es möchte keine Nachrichten mehr
webhooks-state-given-up = Angehalten am { $when }: Es nahm fünf Tage lang keine Nachricht an
webhooks-apart-count = { $count ->
    [one] { $count } beiseitegelegte Nachricht
   *[other] { $count } beiseitegelegte Nachrichten
}
webhooks-one = Webhook
webhooks-last-answer = So endete der letzte Versuch:
webhooks-next-attempt = Der nächste Versuch ist am { $when }.
webhooks-made-on = Eingerichtet am { $when }.
webhooks-two-signatures = Bis { $when } signiert auch das alte Geheimnis.
webhooks-apart = Beiseitegelegte Nachrichten
webhooks-apart-lead = Diese wurden zu oft abgelehnt, und die nach ihnen gingen weiter. Du kannst sie noch einmal senden.
webhooks-waits = wartet
webhooks-content = Was sie sagt
webhooks-content-gone = Was sie sagte, lässt sich aus dem Hauptbuch nicht mehr herstellen; deshalb kann sie nicht noch einmal gesendet werden.
webhooks-attempts = { $count ->
    [one] { $count } Versuch
   *[other] { $count } Versuche
}
webhooks-older = Ältere
webhooks-do = Etwas damit tun
webhooks-test = Probe senden
webhooks-send-again = Noch einmal senden
webhooks-resume = Weiterlaufen lassen
webhooks-try-now = Jetzt versuchen
webhooks-stop = Anhalten
webhooks-rotate = Neues Geheimnis
webhooks-remove = Entfernen
webhooks-do-rule = Ein angehaltener Webhook verpasst nichts: Läuft er weiter, erfährt er zuerst, was inzwischen geschah. Nach einem neuen Geheimnis tragen Nachrichten einen Tag lang beide Signaturen.
webhooks-back = Zurück zu den Webhooks
webhooks-to-webhook = Zum Webhook
webhooks-secret = Geheimnis des Webhooks
webhooks-secret-once = Dieses Geheimnis siehst du nur jetzt. Trage es in das Programm ein, das die Nachrichten annimmt.
webhooks-secret-use = Daran erkennt das Programm, dass eine Nachricht von hier kommt und unterwegs nicht verändert wurde.
webhooks-copied = Kopiert.
webhooks-not-copied = Das hat nicht geklappt. Kopiere es von Hand.
webhooks-copy = Geheimnis kopieren
webhooks-said-test = Die Probe ist unterwegs.
webhooks-said-sent = Die Nachrichten sind unterwegs.
webhooks-said-stopped = Der Webhook ist angehalten.
webhooks-said-resumed = Der Webhook läuft weiter.
webhooks-problem-url = Diese Adresse geht nicht. Sie muss mit https:// beginnen und zu einer öffentlichen Adresse führen oder in ein Netz, das die Einstellungen erlauben.
webhooks-problem-kinds = Wähle mindestens eines, was das Programm erfährt.
