# Avisos: lo que no es habitual, y por qué.

alerts-title = Avisos
alerts-lead = Lo que no se parece a nada habitual aquí, encontrado por reglas que dicen por qué. Un aviso no acusa a nadie: míralo y di en qué quedó.
alerts-off = El programa no busca lo que no es habitual: así lo dice la configuración (alerts.on).
alerts-open = Nadie los ha mirado todavía
alerts-acknowledged = Ya mirados
alerts-none = Todo es habitual.
alerts-none-seen = Ninguno todavía.
alerts-older = Más antiguos
alerts-rule = Regla
alerts-state = Cuáles
alerts-any = Todos
alerts-rule-amount = Un pago más grande de lo habitual
alerts-rule-frequency = Más pagos de lo habitual
alerts-rule-circle = Un círculo
alerts-rule-new-accounts = Cuentas nuevas que pagan a un monedero
alerts-rule-issuance = Emisión repentina
alerts-rule-sign-ins = Más inicios de sesión de lo habitual
alerts-rule-invariant = El libro no cuadra
alerts-says-amount = { $name } pagó a { $other } { $amount }, { $times } veces lo habitual ({ $usual }, de { $payments } pagos anteriores). Lo máximo hasta ahora era { $most }. Le quedan { $left }.
alerts-says-amount-new = { $name }, que casi no ha pagado antes, pagó a { $other } { $amount }, { $times } veces lo habitual aquí ({ $usual }, de { $payments } pagos de todos, casi todos de { $most } como mucho). Le quedan { $left }.
alerts-says-frequency = { $name } hizo { $payments } pagos en una hora. Lo habitual en una hora es { $usual }; lo máximo hasta ahora era { $most }.
alerts-says-circle = Casi la misma cantidad, { $amount } al final, pasó por { $wallets } monederos en { $hours } horas y volvió: { $names }.
alerts-says-new-accounts = { $accounts } cuentas, ninguna de más de { $days } días, pagaron a { $name } { $amount } en una semana, de los { $received } que han recibido en total.
alerts-says-issuance = Se emitieron { $issued } en 30 días. Lo máximo en un tiempo así era { $usual }.
alerts-says-issuance-quiet = Se emitieron { $issued } en 30 días, tras medio año sin emitir nada. Los miembros pagaron { $usual } en ese tiempo.
alerts-says-sign-ins = { $name } inició sesión { $times } veces en una hora. Lo máximo hasta ahora era { $most }.
alerts-says-refused = Se rechazaron { $times } inicios de sesión en una hora. Lo máximo hasta ahora era { $most }.
alerts-says-invariant = Se emitieron { $issued }, y todos los monederos juntos tienen { $held }. Ya no se escribe nada. Ejecuta communitytoken verify.
alerts-times = { $count } veces, la última el { $when }
alerts-seen = Mirado el { $when }:
alerts-why = Por qué
alerts-no-verdict = Una regla conoce números y no motivos. Pregunta antes de juzgar.
alerts-when = Cuándo
alerts-again = Otra vez
alerts-whom = A quién se refiere
alerts-others = También intervienen
alerts-rests-on = Los movimientos en que se basa
alerts-do = Hacer algo con él
alerts-do-rule = Responsables y auditoría lo leen en el registro.
alerts-acknowledge = Ya lo he mirado
alerts-mute-for = Si silencias la regla: cuánto tiempo
alerts-mute-days = { $count ->
    [one] durante { $count } día
   *[other] durante { $count } días
}
alerts-mute-for-good = para siempre
alerts-mute = Silenciar esta regla para { $name }
alerts-mute-rule = Silenciar esta regla para todos
alerts-muted = Silenciadas
alerts-muted-until = Hasta el { $when }:
alerts-muted-for-good = Para siempre:
alerts-unmute = Volver a oírla
alerts-said-acknowledged = Consta que se ha mirado.
alerts-said-muted = La regla está silenciada. Puedes volver a oírla en la página de avisos.
alerts-said-heard = La regla se vuelve a oír.
alerts-back = Volver a todos los avisos
