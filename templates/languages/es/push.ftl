# Lo que avisa un navegador cuando no hay ninguna página abierta.

push-title = En este navegador
push-lead = Este navegador puede avisarte de lo nuevo cuando no tienes abierta ninguna página nuestra. Termina cuando cierras la sesión aquí.
push-add = Avísame en este navegador
push-remove = No me avises más aquí
push-failed = El navegador no lo permite. Mira sus ajustes para este sitio.
push-column = En navegadores
push-payment = { $name } te ha pagado { $amount }.
push-payments = Has recibido { $count } pagos, { $amount } en total.
push-distribution = Has recibido { $amount } de la comunidad.
push-frozen = Tu monedero está bloqueado.
push-unfrozen = Tu monedero ya no está bloqueado.
push-signed-in = Alguien ha entrado como tú en un navegador nuevo.
push-ways-in = Tus formas de entrar han cambiado.
push-role = Tu función ha cambiado.
push-address = Tu dirección de correo ha cambiado.
push-webhook = Se ha parado un webhook: no acepta mensajes.
push-consent = { $name } propone algo de { $amount }: espera tu visto bueno.
push-schedule = Un reparto programado no ocurrió.
push-alert = Algo no es habitual: { $what }.
push-report = El informe de { $month } está listo.
push-kind = { $kind }: en navegadores
