"""What an environment must hold, and how it comes to be: laws, tables and real builds."""
