# Cómo está la comunidad, de un vistazo.
operators-overview = Resumen
operators-cannot-write = No se puede escribir en el libro.
operators-cannot-write-why = Los miembros ven su monedero y no pueden pagar. El registro del programa dice por qué; si el libro no cuadra, ejecuta { $command }.
operators-not-sound = El libro no cuadra.
operators-not-sound-do = Ejecuta { $command }: dice qué falla y dónde.
operators-all-well = Todo está bien.
operators-all-well-means = El libro se puede leer y escribir, y se sabe dónde está cada ficha.
operators-where = Dónde están las fichas
operators-adds-up = Lo emitido es lo que tienen los miembros y lo que hay en el fondo común, contado ahora.
operators-does-not-add-up = Lo emitido no es lo que tienen los miembros y lo que hay en el fondo común.
operators-members-hold = Tienen los miembros
operators-in-pool = En el fondo común
operators-issued = Emitido en total
operators-distribute = Repartir
operators-issue = Emitir
operators-community = La comunidad
operators-members = Miembros
operators-with-tokens = De ellos, con fichas
operators-transactions = Movimientos
operators-checkpoint = Último sello
operators-checkpoint-up-to = { $when }, hasta el número { $number }
operators-none-yet = aún ninguno
operators-backups = Copias de seguridad
operators-lately = Lo que cambió últimamente
operators-nothing-yet = Todavía nada.
operators-whole-log = El registro completo

# El programa mismo.
operators-program = Programa
operators-release = Versión
operators-database = Base de datos
operators-size = Su tamaño
operators-bytes = { $count } bytes
operators-backup-how = La copia se hace en la máquina, con el programa en marcha, y se comprueba antes de recibir su nombre:
operators-restore-how = Para volver a una, detén antes el programa. Se dice lo que se perdería antes de sustituir nada:
operators-key-apart = La clave de firma no está en la copia de seguridad. Guarda una copia en otro sitio.
operators-settings = Configuración vigente
operators-settings-how = Se cambia en la máquina, en el archivo de configuración o en el entorno, y vale desde el próximo arranque.
operators-not-set = sin definir
operators-origin-file = archivo { $path }
operators-origin-environment = entorno { $name }
operators-origin-flag = opción { $name }

operators-waiting = { $count ->
    [one] Una propuesta espera el visto bueno.
   *[other] { $count } propuestas esperan el visto bueno.
}
operators-waiting-see = Ver lo que espera
operators-alerts = { $count ->
    [one] Un aviso espera que alguien lo mire.
   *[other] { $count } avisos esperan que alguien los mire.
}
operators-alerts-see = Ver los avisos

# Las copias del libro.
operators-backups-lead = Una copia de seguridad es una copia de todo el libro. Solo recibe su nombre cuando se ha vuelto a leer y comprobar.
operators-backups-newest = La más reciente que vale
operators-backups-none = Todavía no hay ninguna.
operators-backups-age = { $hours ->
    [0] de hace menos de una hora
    [one] de hace una hora
   *[other] de hace { $hours } horas
}
operators-backups-schedule = Se hacen solas
operators-backups-every = { $hours ->
    [one] cada hora
   *[other] cada { $hours } horas
}
operators-backups-never = nunca; el ajuste backup.every_hours lo activa
operators-backups-keep = De esas quedan
operators-backups-keep-count = las { $count } más recientes
operators-backups-folder = Están en
operators-backups-fetch = Ninguna copia se puede bajar desde las páginas: lo contiene todo, y quien tiene una lo tiene todo. Cógela en la máquina, con el archivo del mismo nombre que acaba en .sha256, y guárdala en otro sitio:
operators-backups-all = Copias, de la más reciente a la más antigua
operators-backups-empty = Ahí no hay ninguna copia.
operators-backups-proven = comprobada
operators-backups-unproven = sin terminar
operators-backups-schema = esquema { $version }
operators-backups-now = Hacer una copia ahora
operators-backups-now-means = Se hace al lado de todo lo demás, y los miembros no notan nada.
operators-backups-do = Hacer la copia
operators-backups-copying = Se está haciendo una copia: { $percent } % copiado. Vuelve a abrir esta página para ver cómo va.
operators-backups-verifying = Se está haciendo una copia: está copiada, y { $percent } % comprobado. Vuelve a abrir esta página para ver cómo va.
operators-backups-begun = Ha empezado una copia. Vuelve a abrir esta página para ver cómo va.
operators-backups-busy = Ya se está haciendo una copia.
operators-backups-failed = La última copia falló. El diario del programa dice por qué.
operators-backups-ahead = Una copia de seguridad es del futuro, así que nadie sabe cuánto tiempo tiene. Comprueba que el reloj de la máquina va bien y aparta esa copia.
operators-backups-see = Ver las copias
