# Bloquear un monedero.
treasury-freeze = Bloquear el monedero de { $name }
treasury-freeze-means = Desde este momento { $name } no puede ni enviar ni recibir.
treasury-freeze-stays = Lo que hay en el monedero se queda, y se sigue viendo. Puedes desbloquearlo en cualquier momento.
treasury-freeze-read-by = El miembro lo lee en la página de su monedero, y queda en el registro.
treasury-freeze-do = Bloquearlo
treasury-unfreeze = Desbloquear el monedero de { $name }
treasury-unfreeze-means = { $name } puede volver a enviar y recibir al momento.
treasury-unfreeze-do = Desbloquearlo

# Las cuentas de la comunidad.
treasury-accounts = Cuentas de la comunidad
treasury-pool = el fondo común
treasury-wallet = Monedero
treasury-history = Su historial
treasury-history-of = Su historial: { $name }
treasury-income = Ingresos y gastos
treasury-issue = Emitir fichas
treasury-issue-lead = Las fichas nuevas llegan a la cuenta. Los repartos emiten por sí mismos lo que les falta; esto es para tener una reserva.
treasury-issue-nothing = No se emitió nada.
treasury-how-many = Cuántas
treasury-into = En
treasury-issue-do = Emitirlas
treasury-issued = Las fichas están emitidas.
treasury-move = Mover fichas entre cuentas
treasury-move-lead = De una cuenta de la comunidad a otra. No se emite nada, y ningún miembro tiene más ni menos.
treasury-move-nothing = No se movió nada.
treasury-move-to = A
treasury-move-do = Moverlas
treasury-moved = Las fichas están movidas.
treasury-move-same = Elige una cuenta distinta de aquella de la que salen las fichas.
treasury-another = Crear otra cuenta
treasury-another-nothing = No se creó ninguna cuenta.
treasury-another-name = Su nombre
treasury-another-rule = De 3 a 255 letras (de la a a la z), cifras, _ o -. Después no se puede cambiar ni quitar.
treasury-another-do = Crearla
treasury-made = La cuenta está creada. Las emisiones y los repartos pueden usarla.

# Repartir.
treasury-distribute = Repartir
treasury-distribute-nothing = No se repartió nada.
treasury-more-lines = { $count ->
    [one] Y una línea más.
   *[other] Y { $count } líneas más.
}
treasury-who-gets = Quién recibe cuánto
treasury-list-rule = Pega celdas de una hoja de cálculo, o CSV. La primera línea nombra las columnas: amount, y una de username, user_id o wallet_id. Como mucho { $most } personas.
treasury-file = O un archivo CSV
treasury-file-rule = (entonces no cuenta lo escrito arriba)
treasury-note = Lo que leerán con ello
treasury-from = De
treasury-account-holds = { $name }: { $balance }
treasury-look = Ver qué pasaría
treasury-lately = Últimamente
treasury-never = Todavía no se ha repartido nada.
treasury-all = Todos los repartos
treasury-to-schedules = Repartos programados: lo que se reparte por sí mismo
treasury-right = ¿Es correcto?
treasury-to-members = { $count ->
    [one] a un miembro
   *[other] a { $count } miembros
}
treasury-to-members-or-none = { $count ->
    [one] a un miembro
   *[other] a { $count } miembros, a todos o a ninguno
}
treasury-pool-now = Ahora en la cuenta
treasury-will-issue = Se emitirá para ello
treasury-pool-after = Después en la cuenta
treasury-they-read = Leerán
treasury-reason-hint = Agradecimiento semanal
treasury-distribute-do = Repartir
treasury-change = Cambiar algo
treasury-has = tiene ahora { $balance }
treasury-more-clear = { $count ->
    [one] Y uno más, sin problemas.
   *[other] Y { $count } más, todos sin problemas.
}
treasury-distribution = Reparto
treasury-why = Por qué
treasury-by = Por
treasury-when = Cuándo
treasury-issued-for-it = Emitido para ello
treasury-line = línea { $number }
treasury-again = Repetir lo mismo
treasury-who-got = Quién recibió cuánto
treasury-number = número { $number } en el libro
treasury-more = { $count ->
    [one] Y uno más.
   *[other] Y { $count } más.
}
treasury-else = Repartir otra cosa

# Qué falla en una lista.
treasury-list-line = Línea { $line }: { $problem }
treasury-list-empty = La lista no nombra a nadie.
treasury-list-large = La lista ocupa más de 16 MiB.
treasury-list-utf16 = La lista está en UTF-16. Guárdala como CSV en UTF-8 e inténtalo de nuevo.
treasury-list-headings = No se puede leer la primera línea: debe nombrar las columnas, en UTF-8.
treasury-list-no-amount = La primera línea debe nombrar una columna amount.
treasury-list-no-who = La primera línea debe nombrar una columna wallet_id, user_id o username.
treasury-list-broken = debe tener tantas columnas como la primera, en UTF-8.
treasury-list-no-id = Esto no es un identificador: uno se parece a 1b4e28ba-2fa1-4d2e-883f-0016d3cca427.
treasury-list-twice = Este monedero aparece dos veces.
treasury-list-frozen = Este monedero está bloqueado y no puede recibir fichas.
treasury-list-gone = La persona de este monedero ha dejado la comunidad.
treasury-list-system = Este monedero es de una cuenta de la comunidad, no de un miembro.
treasury-list-sum = Juntas, las cantidades pasan de 9223372036854775807, lo máximo que cabe en el libro.
treasury-list-nobody = No hay ningún miembro llamado { $name }.
treasury-list-several = Varios miembros se llaman { $name }. Usa el identificador.
treasury-other-than-shown = Esto no es lo último que viste. Míralo otra vez.
treasury-pool-smaller = En la cuenta hay ahora menos, así que habría que emitir más. Míralo otra vez.
treasury-no-distribution = No existe ese reparto.

# Corregir.
treasury-correct = Corregir el movimiento { $number }
treasury-correct-nothing = No se cambió nada.
treasury-correct-means = { $from } pagó { $amount } a { $to }. Lo que digas aquí vuelve al momento de { $to } a { $from }, en un movimiento que nombra este. Lo ven ambos.
treasury-correct-amount = Cuánto vuelve
treasury-correct-most = Como mucho { $amount }.
treasury-correct-fee = Si vuelve todo, vuelve también la comisión de { $fee }.
treasury-correct-do = Corregirlo
