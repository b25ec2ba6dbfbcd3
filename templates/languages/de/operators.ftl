# Wie es der Gemeinschaft geht, auf einen Blick.
operators-overview = Überblick
operators-cannot-write = Das Buch kann nicht geschrieben werden.
operators-cannot-write-why = Mitglieder sehen ihren Geldbeutel und können nicht zahlen. Warum, steht im Log des Programms; wenn das Buch nicht aufgeht, führe { $command } aus.
operators-not-sound = Das Buch geht nicht auf.
operators-not-sound-do = Führe { $command } aus: Es nennt, was nicht stimmt und wo.
operators-all-well = Alles ist gut.
operators-all-well-means = Das Buch kann gelesen und geschrieben werden, und jeder Token ist belegt.
operators-where = Wo die Token sind
operators-adds-up = Ausgegeben ist, was die Mitglieder haben und was im Gemeinschaftstopf ist, jetzt gezählt.
operators-does-not-add-up = Ausgegeben ist nicht, was die Mitglieder haben und was im Gemeinschaftstopf ist.
operators-members-hold = Bei den Mitgliedern
operators-in-pool = Im Gemeinschaftstopf
operators-issued = Insgesamt ausgegeben
operators-distribute = Verteilen
operators-issue = Ausgeben
operators-community = Die Gemeinschaft
operators-members = Mitglieder
operators-with-tokens = Davon mit Token
operators-transactions = Buchungen
operators-checkpoint = Letztes Siegel
operators-checkpoint-up-to = { $when }, bis Nummer { $number }
operators-none-yet = noch keines
operators-backups = Sicherungen
operators-lately = Was sich zuletzt geändert hat
operators-nothing-yet = Noch nichts.
operators-whole-log = Das ganze Protokoll

# Das Programm selbst.
operators-program = Programm
operators-release = Version
operators-database = Datenbank
operators-size = Ihre Größe
operators-bytes = { $count } Bytes
operators-backup-how = Eine Sicherung wird am Rechner gemacht, während das Programm läuft, und ist geprüft, bevor sie ihren Namen bekommt:
operators-restore-how = Um zu einer zurückzukehren, halte das Programm zuerst an. Was verloren ginge, wird gesagt, bevor etwas ersetzt wird:
operators-key-apart = Der Signierschlüssel ist nicht in der Sicherung. Bewahre eine Kopie davon anderswo auf.
operators-settings = Geltende Einstellungen
operators-settings-how = Sie werden am Rechner geändert, in der Konfigurationsdatei oder der Umgebung, und gelten ab dem nächsten Start.
operators-not-set = nicht gesetzt
operators-origin-file = Datei { $path }
operators-origin-environment = Umgebung { $name }
operators-origin-flag = Schalter { $name }

operators-waiting = { $count ->
    [one] Ein Vorschlag wartet auf Zustimmung.
   *[other] { $count } Vorschläge warten auf Zustimmung.
}
operators-waiting-see = Sehen, was wartet
operators-alerts = { $count ->
    [one] Nach einer Meldung hat noch niemand gesehen.
   *[other] Nach { $count } Meldungen hat noch niemand gesehen.
}
operators-alerts-see = Die Meldungen sehen

# Die Kopien des Kontobuchs.
operators-backups-lead = Eine Sicherung ist eine Kopie des ganzen Kontobuchs. Sie bekommt ihren Namen erst, wenn sie wieder gelesen und geprüft ist.
operators-backups-newest = Die neueste gute
operators-backups-none = Es gibt noch keine.
operators-backups-age = { $hours ->
    [0] weniger als eine Stunde alt
    [one] eine Stunde alt
   *[other] { $hours } Stunden alt
}
operators-backups-schedule = Von selbst gemacht
operators-backups-every = { $hours ->
    [one] jede Stunde
   *[other] alle { $hours } Stunden
}
operators-backups-never = nie; die Einstellung backup.every_hours schaltet es ein
operators-backups-keep = Davon bleiben
operators-backups-keep-count = die neuesten { $count }
operators-backups-folder = Sie liegen in
operators-backups-fetch = Über die Seiten lässt sich keine Sicherung holen: In ihr steht alles, und wer eine hat, hat alles. Hol sie am Rechner, mit der Datei gleichen Namens, die auf .sha256 endet, und bewahre sie anderswo auf:
operators-backups-all = Sicherungen, die neuesten zuerst
operators-backups-empty = Dort liegt keine Sicherung.
operators-backups-proven = geprüft
operators-backups-unproven = nicht fertig
operators-backups-schema = Schema { $version }
operators-backups-now = Jetzt sichern
operators-backups-now-means = Es geschieht nebenher, und die Mitglieder merken nichts davon.
operators-backups-do = Sicherung machen
operators-backups-copying = Eine Sicherung läuft: { $percent } % sind kopiert. Öffne diese Seite wieder, um zu sehen, wie weit sie ist.
operators-backups-verifying = Eine Sicherung läuft: Sie ist kopiert, und { $percent } % sind geprüft. Öffne diese Seite wieder, um zu sehen, wie weit sie ist.
operators-backups-begun = Eine Sicherung hat begonnen. Öffne diese Seite wieder, um zu sehen, wie weit sie ist.
operators-backups-busy = Es läuft schon eine Sicherung.
operators-backups-failed = Die letzte Sicherung ist fehlgeschlagen. Warum, steht in den Meldungen des Programms.
operators-backups-ahead = Eine Sicherung ist aus der Zukunft; wie alt sie ist, weiß niemand. Sieh nach, ob die Uhr der Maschine richtig geht, und lege diese Sicherung beiseite.
operators-backups-see = Zu den Sicherungen
