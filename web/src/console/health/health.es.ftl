health = Salud
health-looked = Comprobado
health-checks = Comprobaciones
health-all = Todo está como debe estar
health-some = { $count ->
    [one] Una cosa requiere atención
   *[other] { $count } cosas requieren atención
  }
health-bad = { $count ->
    [one] Hay que hacer una cosa ahora
   *[other] Hay que hacer { $count } cosas ahora
  }
health-state-ok = bien
health-state-warn = requiere atención
health-state-bad = actúe ahora
health-check-messages = Mensajes
health-check-disk = Disco
health-check-certificates = Certificados
health-check-clock = Reloj
health-check-database = Base de datos
health-check-readings = Lecturas
health-check-journal = Diario
health-devices = Conectados
health-behind = Lecturas atrasadas
health-behind-note = { $bytes } en la cola
health-leaves = Diario
health-last = última entrada { $time }
health-answer = La base responde en
health-outbox = Mensajes en espera
health-dead = { $count ->
    [one] uno abandonado
   *[other] { $count } abandonados
  }
health-free = Disco libre
health-of = de { $total }
health-server = Este servidor
health-version = Versión
health-since = En marcha desde
health-clock = Su reloj
health-clock-off = { $time } de diferencia con el de este navegador
health-clock-same = como el de este navegador
health-root = Raíz del diario
health-database = Base de datos
health-database-embedded = incluida
health-database-postgresql = PostgreSQL
health-authority = Autoridad del servidor hasta
health-expiring = Certificados de dispositivos que caducan en 14 días
health-found-disk-unknown = El disco no dice cuánto espacio le queda
health-found-disk-low = { $size } libres, el { $share } del disco
health-found-disk-free = { $size } libres, el { $share } del disco
health-found-authority-ends = { $count ->
    [one] La autoridad del certificado propio del servidor caduca en un día
   *[other] La autoridad del certificado propio del servidor caduca en { $count } días
  }
health-found-own-ended = Su certificado propio para personas caducó el { $time }
health-found-own-ends = { $count ->
    [one] Su certificado propio para personas caduca en un día
   *[other] Su certificado propio para personas caduca en { $count } días
  }
health-found-devices-end = { $count ->
    [one] El certificado de un dispositivo caduca en 14 días o menos
   *[other] Los certificados de { $count } dispositivos caducan en 14 días o menos
  }
health-found-none-ends = Ningún certificado de dispositivo caduca en los próximos 14 días
health-found-messages-dead = { $count ->
    [one] Uno no se pudo entregar
   *[other] { $count } no se pudieron entregar
  }
health-found-no-mail = No hay servidor de correo configurado: nadie recibe avisos por correo electrónico
health-found-messages-waiting = { $count ->
    [0] Ninguno en espera
    [one] Uno en camino
   *[other] { $count } en camino
  }
health-found-clock-current = Las revocaciones se consultan con la frecuencia debida
health-found-clock-old = La última consulta de revocaciones es demasiado antigua para fiarse de ella
health-found-database-answers = Responde en { $ms } ms
health-found-database-slow = Tardó { $ms } ms en responder
health-found-readings-current = Las lecturas se leen según llegan
health-found-readings-behind = { $count ->
    [one] Una entrada del diario espera a ser leída
   *[other] { $count } entradas del diario esperan a ser leídas
  }
health-found-journal-entries = { $count ->
    [0] Todavía ninguna entrada
    [one] Una entrada, no rechazada por el disco
   *[other] { $count } entradas, ninguna rechazada por el disco
  }
health-advice-disk-unknown = Compruebe usted el disco de la carpeta de datos
health-advice-disk-low = Haga sitio o mueva la carpeta de datos: con el disco lleno se pide a los dispositivos que envíen más tarde
health-advice-authority-ends = Renuévela antes: sin ella nadie puede conectarse
health-advice-own-ended = Ponga uno renovado en los archivos de `server.people_certificate` y `server.people_key`: se aplica sin reiniciar
health-advice-own-ends = Ponga uno renovado en los archivos de `server.people_certificate` y `server.people_key`: se aplica sin reiniciar
health-advice-devices-end = Los dispositivos los renuevan por sí mismos al conectarse: busque los que no lo hacen
health-advice-messages-dead = Vea la causa en Mensajes, corríjala y vuelva a enviarlos
health-advice-no-mail = Ponga `mail.host` en fieldkeep.toml
health-advice-clock-old = La base de datos no estuvo disponible o el reloj dio un salto: consulte la bitácora del servidor
health-advice-database-slow = Compruebe la carga de su máquina y de su disco
health-advice-readings-behind = Tras un arranque tarda un rato; si crece, la máquina es demasiado lenta para lo que llega
