"""What commands share: options, arguments, output and error reporting on a terminal."""
