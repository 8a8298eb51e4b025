programs = Programas
programs-one = Programa
programs-loose = Claves sin programa
programs-search = Buscar programas
programs-name = Nombre
programs-name-hint = Qué es el programa: Informe de energía.
programs-keys = Claves
programs-keys-count = { $count ->
    [0] sin claves
    [one] una clave
   *[other] { $count } claves
  }
programs-keys-text = Varias pueden valer a la vez, para que la sucesora esté en uso antes de que caduque la anterior.
programs-keys-none = Ninguna clave es válida
programs-keys-none-text = Cree una: su secreto se muestra una sola vez, y va a la configuración del programa.
programs-used = Último uso
programs-from = desde { $address }
programs-never-used = sin uso
programs-expires = Próxima caducidad
programs-ends = caduca
programs-no-end = sin caducidad
programs-shut = bloqueado
programs-none = Aún no hay programas
programs-none-text = Un programa tiene claves propias, y todas dejan de valer a la vez cuando se bloquea.
programs-make = Crear un programa
programs-warn = { $count ->
    [one] Una clave caduca en dos semanas o menos. Rótela antes y dé la sucesora al programa.
   *[other] { $count } claves caducan en dos semanas o menos. Rótelas antes y dé las sucesoras al programa.
  }
programs-state-expired = caducada
programs-state-revoked = revocada
programs-key-id = identificador de la clave
programs-rights = Por nombre
programs-rights-label = Acciones sensibles que puede hacer, por nombre
programs-rotate = Rotar
programs-revoke = Revocar
programs-revoke-title = ¿Revocar la clave { $name }?
programs-revoke-text = Deja de valer de inmediato, y también los tokens obtenidos con ella. No se puede deshacer: el programa necesitará otra clave.
programs-revoked = Clave revocada
programs-past = { $count ->
    [one] Una terminada
   *[other] { $count } terminadas
  }
programs-key-make = Crear una clave
programs-key-name = Para qué es
programs-key-name-hint = La máquina o el lugar donde estará: informes en el servidor 2.
programs-gains-nothing = Sin derechos por nombre, esta clave no puede hacer nada.
programs-kept = Lo que escribió sigue aquí.
programs-secret = Secreto de la clave
programs-secret-of = Secreto de { $name }
programs-use = Cómo usarla
programs-use-key = Con la clave
programs-use-oauth = Con un token corto
programs-use-key-text = Con el secreto en el archivo { $file }, legible solo para el programa.
programs-use-oauth-text = Cambia la clave de { $file } por un token de diez minutos, para que la clave misma viaje poco.
programs-shut-out = Bloquear
programs-shut-title = ¿Bloquear { $name }?
programs-shut-text = { $count ->
    [0] No tiene ninguna clave válida. La cuenta se conserva.
    [one] Su única clave deja de valer de inmediato, y los tokens obtenidos con ella. La cuenta se conserva.
   *[other] Sus { $count } claves dejan de valer de inmediato, y los tokens obtenidos con ellas. La cuenta se conserva.
  }
programs-shut-done = Bloqueado con todas sus claves
programs-let-in = Desbloquear
programs-let-title = ¿Desbloquear { $name }?
programs-let-text = { $count ->
    [0] No le queda ninguna clave: cree una para que pueda trabajar.
    [one] La única clave que le queda vuelve a valer.
   *[other] Las { $count } claves que le quedan vuelven a valer.
  }
programs-let-done = Programa desbloqueado
