device = Dispositivo
device-overview = Resumen
device-signals = Señales
device-events = Sucesos
device-identity = Identidad y claves
device-tabs = Partes de este dispositivo
device-acts = Qué se puede hacer
device-gone = No existe ese dispositivo
device-gone-text = No está, o no le corresponde verlo.
device-to-fleet = Ir a la flota
device-life = Vida
device-life-made = fabricado
device-life-claiming = en adopción
device-life-claimed = adoptado
device-life-installed = instalado
device-life-suspended = suspendido
device-life-revoked = revocado
device-life-retired = retirado
device-model = Modelo
device-id = Id
device-project = Proyecto
device-site = Emplazamiento
device-group = Grupo
device-made = Fabricado
device-hello = Último saludo
device-chain = Último lote
device-choose = Elegir…
device-choose-site = Elija primero el emplazamiento.
device-group-none = Sin grupo
device-install-hint = El dispositivo tiene que haber saludado en los últimos diez minutos.
device-yes = sí
device-no = no
device-chart = Gráfica
device-limit = límite { $value }
device-signal-add = Añadir señales
device-signal-remove = Quitar { $name } de la gráfica
device-of-device = De otro dispositivo
device-find-other = Número de serie o modelo
device-find-none = Ningún dispositivo de este proyecto encaja.
device-signals-of = Señales de { $serial }
device-signals-max = En una gráfica caben { $count } señales.
device-no-readings = No hay lecturas en este periodo. Elija uno más largo.
device-silent = Aún no hay lecturas
device-silent-installed = Está instalado y no ha enviado nada hasta ahora. Las lecturas aparecen aquí según llegan; compruebe que su agente funciona y llega a este servidor.
device-silent-claimed = Es suyo y no está en ningún sitio. Instálelo en un emplazamiento; entonces podrá enviar.
device-silent-other = En esta parte de su vida un dispositivo no envía nada.
device-held-count = { $count } retenidos
device-recent = Reciente
device-all-events = Todos los sucesos
device-no-events = Aún no ha pasado nada
device-no-events-text = Aquí estarán la adopción, la instalación y todo lo que se haga con él.
device-closed = Las lecturas no están a su alcance
device-closed-text = Su rol abarca el dispositivo mismo, no lo que mide. El derecho se llama telemetry.read.
device-record-closed = No puede leer aquí el registro de actos; solo se muestra lo retenido. El derecho se llama record.read.
device-held = { $count ->
    [one] Una lectura retenida
   *[other] { $count } lecturas retenidas
  }
device-reason-wrong-kind = un valor de otra clase
device-reason-undeclared-metric = una señal que el proyecto no conoce
device-reason-wrong-unit = en otra unidad que la declarada
device-reason-clock = un reloj equivocado
device-reason-repeated-gap = un hueco que se repite
device-reason-rate = más de lo acordado
device-reason-network = desde una red ajena a su emplazamiento
device-decision-held = espera una decisión
device-decision-released = liberado
device-decision-destroyed = destruido
device-reason-outside-range = fuera de su rango físico
device-reason-fork = dos lotes con el mismo lugar en su cadena
device-doer-device = el propio dispositivo
device-doer-server = el servidor
device-doer-key = un programa
device-doer-person = una persona
device-verb-device-claim = Adopción abierta
device-verb-device-claimed = Adoptado, con clave propia
device-verb-device-install = Instalado
device-verb-device-suspend = Suspendido
device-verb-device-resume = Reanudado
device-verb-device-revoke = Revocado
device-verb-device-retire = Retirado
device-verb-device-arrange = Movido a otro grupo
device-verb-device-key = Clave de lotes certificada
device-verb-certificate-issue = Certificado emitido
device-verb-certificate-use = Certificado usado por primera vez
device-verb-certificate-revoke = Certificado revocado
device-metric = Señal
device-latest = Último valor
device-limits = Límites
device-age = Última vez
device-first = Desde
device-owner = Dueño y cadena
device-owner-epoch = Veces que cambió de manos
device-key = Clave del dispositivo
device-boot = Época de arranque
device-seq = Número de secuencia
device-head = Huella del último lote
device-maker = Fabricante
device-order = Orden de trabajo
device-birth = Cadena de nacimiento
device-birth-text = Del dispositivo a la raíz de su fabricante.
device-birth-none = El servidor no guarda su certificado de nacimiento.
device-issued-by = emitido por { $name }
device-fingerprint = Huella
device-certificates = Certificados
device-certificates-text = Lo que muestra al conectarse. Los renueva él mismo antes de que caduquen.
device-certificates-none = No tiene: nunca fue adoptado, o se le retiraron.
device-certificate-span = { $from } – { $to }
device-certificate-valid = válido
device-certificate-expiring = caduca pronto
device-certificate-expired = caducado
device-certificate-revoked = revocado
device-used = usado por primera vez
device-keys = Claves de lotes
device-keys-text = Con lo que sella sus lotes.
device-act-install = Instalar…
device-act-group = Mover a un grupo…
device-act-suspend = Suspender…
device-act-resume = Reanudar…
device-act-revoke = Revocar…
device-act-retire = Retirar…
device-act-install-title = { $count ->
    [one] Instalar { $name }
   *[other] Instalar { $count } dispositivos
  }
device-act-install-text = { $count ->
    [one] Desde entonces sus lecturas entran en el proyecto, en este emplazamiento. Si ya está en otro, se muda.
   *[other] Desde entonces sus lecturas entran en el proyecto, en este emplazamiento. Los que ya están en otro se mudan.
  }
device-act-install-verb = { $count ->
    [one] Instalar
   *[other] Instalar { $count } dispositivos
  }
device-act-install-done = { $name } está instalado
device-act-group-title = { $count ->
    [one] Mover { $name } a un grupo
   *[other] Mover { $count } dispositivos a un grupo
  }
device-act-group-text = { $count ->
    [one] Los roles dados para un grupo valen para él en cuanto esté dentro, y ya no los del grupo que deja.
   *[other] Los roles dados para un grupo valen para ellos en cuanto estén dentro, y ya no los de los grupos que dejan.
  }
device-act-group-verb = { $count ->
    [one] Mover
   *[other] Mover { $count } dispositivos
  }
device-act-group-done = { $name } se ha movido
device-act-suspend-title = { $count ->
    [one] ¿Suspender { $name }?
   *[other] ¿Suspender { $count } dispositivos?
  }
device-act-suspend-text = { $count ->
    [one] Su conexión se cierra al momento y sus lecturas se rechazan hasta que se reanude. Lo que mida mientras tanto lo guarda él.
   *[other] Sus conexiones se cierran al momento y sus lecturas se rechazan hasta que se reanuden. Lo que midan mientras tanto lo guardan ellos.
  }
device-act-suspend-verb = { $count ->
    [one] Suspender
   *[other] Suspender { $count } dispositivos
  }
device-act-suspend-done = { $name } está suspendido
device-act-resume-title = { $count ->
    [one] ¿Reanudar { $name }?
   *[other] ¿Reanudar { $count } dispositivos?
  }
device-act-resume-text = { $count ->
    [one] Sus lecturas se aceptan de nuevo y envía lo que guardó.
   *[other] Sus lecturas se aceptan de nuevo y envían lo que guardaron.
  }
device-act-resume-verb = { $count ->
    [one] Reanudar
   *[other] Reanudar { $count } dispositivos
  }
device-act-resume-done = { $name } continúa
device-act-revoke-title = { $count ->
    [one] ¿Revocar { $name }?
   *[other] ¿Revocar { $count } dispositivos?
  }
device-act-revoke-text = { $count ->
    [one] Sus certificados y claves se retiran para siempre. Para volver a enviar hay que adoptarlo e instalarlo de nuevo. Lo enviado hasta ahora se queda.
   *[other] Sus certificados y claves se retiran para siempre. Para volver a enviar hay que adoptarlos e instalarlos de nuevo. Lo enviado hasta ahora se queda.
  }
device-act-revoke-verb = { $count ->
    [one] Revocar
   *[other] Revocar { $count } dispositivos
  }
device-act-revoke-done = { $name } está revocado
device-act-retire-title = { $count ->
    [one] ¿Retirar { $name }?
   *[other] ¿Retirar { $count } dispositivos?
  }
device-act-retire-text = { $count ->
    [one] Deja el servicio para siempre: desde aquí no hay vuelta. Lo enviado hasta ahora se queda.
   *[other] Dejan el servicio para siempre: desde aquí no hay vuelta. Lo enviado hasta ahora se queda.
  }
device-act-retire-verb = { $count ->
    [one] Retirar
   *[other] Retirar { $count } dispositivos
  }
device-act-retire-done = { $name } está retirado
device-every = Ver las { $count } señales
device-fewer = Ver menos
