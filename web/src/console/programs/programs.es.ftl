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
programs-keys-text = Varias pueden valer a la vez, para que la sucesora entre antes de que termine la vieja.
programs-keys-none = Ninguna clave vale
programs-keys-none-text = Crea una: su secreto se muestra una vez, y va a la configuración del programa.
programs-used = Último uso
programs-from = desde { $address }
programs-never-used = sin uso
programs-expires = Próximo fin
programs-ends = termina
programs-no-end = sin fin
programs-shut = excluido
programs-none = Aún no hay programas
programs-none-text = Un programa tiene claves propias, y todas paran a la vez cuando se le excluye.
programs-make = Crear un programa
programs-warn = { $count ->
    [one] Una clave termina en dos semanas. Rótala y da la sucesora al programa antes.
   *[other] { $count } claves terminan en dos semanas. Rótalas y da las sucesoras al programa antes.
  }
programs-state-expired = terminada
programs-state-revoked = retirada
programs-key-id = id de la clave
programs-rights = Por nombre
programs-rights-label = Acciones sensibles que puede hacer, por nombre
programs-rotate = Rotar
programs-revoke = Retirar
programs-revoke-title = ¿Retirar la clave { $name }?
programs-revoke-text = Deja de valer con esta respuesta, y también los tokens hechos con ella. No se puede deshacer: el programa necesita otra clave.
programs-revoked = La clave está retirada
programs-past = { $count ->
    [one] Una terminada
   *[other] { $count } terminadas
  }
programs-key-make = Crear una clave
programs-key-name = Para qué es
programs-key-name-hint = La máquina o el lugar donde estará: informes en el servidor 2.
programs-gains-nothing = Sin derechos por nombre esta clave no puede hacer nada.
programs-kept = Lo que escribiste sigue aquí.
programs-secret = Secreto de la clave
programs-secret-of = Secreto de { $name }
programs-use = Cómo usarla
programs-use-key = Con la clave
programs-use-oauth = Con un token corto
programs-use-key-text = Con el secreto en el fichero { $file }, legible solo para el programa.
programs-use-oauth-text = Cambia la clave de { $file } por un token de diez minutos, para que la clave viaje poco.
programs-shut-out = Excluir
programs-shut-title = ¿Excluir { $name }?
programs-shut-text = { $count ->
    [0] No tiene ninguna clave que valga. La cuenta queda.
    [one] Su única clave deja de valer, y los tokens hechos con ella. La cuenta queda.
   *[other] Sus { $count } claves dejan de valer, y los tokens hechos con ellas. La cuenta queda.
  }
programs-shut-done = Excluido con todas sus claves
programs-let-in = Dejar entrar
programs-let-title = ¿Dejar entrar de nuevo a { $name }?
programs-let-text = { $count ->
    [one] La única clave que sigue en pie vuelve a valer.
   *[other] Las { $count } claves que siguen en pie vuelven a valer.
  }
programs-let-done = Vuelve a tener acceso
