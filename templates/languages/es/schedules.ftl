# Programaciones: repartos que ocurren por sí mismos.

schedules-title = Repartos programados
schedules-lead = Repartos que ocurren por sí mismos, cuando tú elijas.
schedules-made = Creados hasta ahora
schedules-none = Todavía no se reparte nada por sí mismo.
schedules-new = Nuevo reparto programado
schedules-rests = en pausa
schedules-next = La próxima vez: { $when }
schedules-last = La última vez, { $when }: { $what }
schedules-to-distribute = Repartir algo ahora
schedules-to-everyone = a todos los miembros
schedules-to-active = { $days ->
    [one] a quienes pagaron o recibieron en el último día
   *[other] a quienes pagaron o recibieron en los últimos { $days } días
}
schedules-to-role = a quienes tienen el papel «{ $role }»
schedules-to-list = { $count ->
    [one] a { $count } miembro por su nombre
   *[other] a { $count } miembros por su nombre
}
schedules-gives-fixed = { $amount } para cada miembro
schedules-gives-per-payment = { $days ->
    [one] { $amount } por cada pago del último día, como mucho { $most }
   *[other] { $amount } por cada pago de los últimos { $days } días, como mucho { $most }
}
schedules-gives-shared = { $days ->
    [one] { $amount } en total, según los pagos del último día
   *[other] { $amount } en total, según los pagos de los últimos { $days } días
}
schedules-came-distributed = { $count ->
    [one] { $amount } a { $count } miembro
   *[other] { $amount } a { $count } miembros
}
schedules-came-nobody = No había a quién dar nada
schedules-came-failed = No ocurrió. { $why }
schedules-says = Qué hace
schedules-how-much = Cuánto
schedules-whom = A quién
schedules-when = Cuándo
schedules-zone = Según el reloj de
schedules-issued-max = Emitir como mucho
schedules-next-run = La próxima vez
schedules-rests-since = Está en pausa desde el { $when }. No ocurre nada hasta que lo reanudes.
schedules-would-fail = Tal como está ahora, no ocurriría. { $why }
schedules-would-nobody = Tal como está ahora, nadie recibiría nada.
schedules-as-now = Tal como está ahora.
schedules-would-issue = Se emitirían { $amount } para ello.
schedules-more = { $count ->
    [one] Y { $count } más.
   *[other] Y { $count } más.
}
schedules-left-out = En la lista, pero sin recibir nada:
schedules-left-frozen = su monedero está bloqueado
schedules-left-gone = se ha ido
schedules-runs = Qué resultó
schedules-no-runs = Todavía no le ha tocado.
schedules-due-ran = Previsto: { $due }. Hecho: { $ran }
schedules-issued = Para ello se emitieron { $amount }
schedules-skipped = { $count ->
    [one] El programa no estaba en marcha: { $count } vez posterior no ocurrió
   *[other] El programa no estaba en marcha: { $count } veces posteriores no ocurrieron
}
schedules-older = Anteriores
schedules-do = Hacer algo con él
schedules-do-rule = Mientras está en pausa no ocurre nada, y después no se recupera nada. Lo que ya repartió se queda, hagas lo que hagas.
schedules-pause = Ponerlo en pausa
schedules-resume = Reanudarlo
schedules-remove = Quitarlo
schedules-back = Volver a los repartos programados
schedules-change = Cambiarlo
schedules-name = Cómo se llama
schedules-name-hint = Agradecimiento semanal
schedules-cron-rule = Cinco campos como en cron: minuto, hora, día del mes, mes y día de la semana. Como mucho una vez por hora. Cuando cambia la hora, cada vez ocurre una sola vez.
schedules-cron-monday = los lunes a las 9:00
schedules-cron-first = el primero de cada mes a las 18:30
schedules-cron-last = el último de cada mes a las 12:00
schedules-choose-active = a quienes pagaron o recibieron hace poco
schedules-days = En cuántos días
schedules-choose-role = a quienes tienen un papel
schedules-role = Qué papel
schedules-choose-list = a estos miembros
schedules-list = Un nombre en cada línea, como mucho { $most }
schedules-whom-rule = Los monederos bloqueados y los miembros que se han ido no reciben nada.
schedules-tokens = Cuántas fichas
schedules-choose-fixed = para cada miembro
schedules-choose-per-payment = por cada pago que hizo
schedules-most = A cada uno como mucho
schedules-choose-shared = para todos juntos, según los pagos que hicieron
schedules-payments-days = Pagos de cuántos días
schedules-payments-rule = Un pago cuenta para quien lo hizo, salvo que se haya devuelto.
schedules-issued-rule = Lo que falta en la cuenta se emite. Si fuera más que esto, no ocurre nada y se te avisa.
schedules-make = Crear el reparto programado
schedules-save = Guardarlo
schedules-cancel = Cancelar
schedules-operators-only = Solo los responsables pueden hacer esto.
schedules-said-made = El reparto programado está creado.
schedules-said-changed = El reparto programado está cambiado.
schedules-said-paused = El reparto programado está en pausa.
schedules-said-resumed = El reparto programado sigue.
schedules-name-rule = El nombre debe tener de 1 a 80 caracteres.
schedules-name-taken = Otro reparto programado se llama igual.
schedules-cron-never = Ese momento no llega nunca.
schedules-cron-often = Eso es más de una vez por hora.
schedules-list-nobody = No hay ningún miembro llamado «{ $name }».
schedules-list-several = Varios miembros se llaman «{ $name }». Escribe en su lugar el identificador.
