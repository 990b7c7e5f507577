"""Numbers from a solution: balances, conductances, resistivities, torques, voltages; tables and figures of them."""
