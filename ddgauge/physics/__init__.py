"""Laws of spin and charge transport: numpy in, numpy out; no mesh, no solver, no files.

Where a law is from stands at the end of its docstring's first line, with the numbers of the equations:

    Z23          Zhang, Yao, Wang & Yan, Phys. Rev. B 108, 125309 (2023): SU(2) drift-diffusion-gauge transport
    Chen13       Chen, Takahashi, Nakayama, Althammer, Goennenwein, Saitoh & Bauer, Phys. Rev. B 87, 144411 (2013)
    Althammer13  Althammer et al., Phys. Rev. B 87, 224401 (2013): spin Hall magnetoresistance, YIG|Pt
    Dyakonov07   Dyakonov, Phys. Rev. Lett. 99, 126601 (2007): magnetoresistance from edge spin accumulation
    Velez16      Velez et al., Phys. Rev. Lett. 116, 016603 (2016): Hanle magnetoresistance
    Zhang19      Zhang, Bergeret & Golovach, Nano Lett. 19, 6330 (2019): spin Hall magnetoresistance with a spin sink
    Sanz20       Sanz-Fernandez et al., Appl. Phys. Lett. 117, 142405 (2020): spin loss at a surface
    Tserkovnyak02  Tserkovnyak, Brataas & Bauer, Phys. Rev. Lett. 88, 117601 (2002): spin pumping
    Bernevig06   Bernevig, Orenstein & Zhang, Phys. Rev. Lett. 97, 236601 (2006): persistent spin helix
    Koralek09    Koralek et al., Nature 458, 610 (2009): persistent spin helix, measured
    SK11         Shibata & Kohno, Phys. Rev. B 84, 184408 (2011): two currents, spin relaxation and spin motive force
    Valet93      Valet & Fert, Phys. Rev. B 48, 7099 (1993): magnetoresistance perpendicular to the plane
    Takahashi03  Takahashi & Maekawa, Phys. Rev. B 67, 052409 (2003): non-local spin valve
    Barnes07     Barnes & Maekawa, Phys. Rev. Lett. 98, 246601 (2007): spin motive force
    Yang09       Yang et al., Phys. Rev. Lett. 102, 067201 (2009): motive force of a domain wall, measured
    Ohe09        Ohe & Maekawa, J. Appl. Phys. 105, 07C706 (2009): motive force of a vortex core
    Schryer74    Schryer & Walker, J. Appl. Phys. 45, 5406 (1974): motion of a domain wall in a field, breakdown
    Rojas14      Rojas-Sanchez et al., Phys. Rev. Lett. 112, 106602 (2014): spin memory loss
    WT11         Wong & Tserkovnyak, arXiv:1102.1121 (2011): kinetic equation of two bands, Berry curvature, Weyl nodes
    Buot         Buot, "Nonequilibrium multi-band spin quantum transport equations: spin, pseudo-spin, and total charge
                 coupling": spin in two bands
    HDW          Hell, Das & Wegewijs, "Transport of spin-anisotropy without spin currents": tunnelling between
                 ferromagnets

Conventions. e > 0. Field 0 is the charge potential mu^0, fields 1, 2, 3 are the spin potentials mu^x, mu^y, mu^z, all
in V, with j = -sigma grad mu for spin as for charge. Conductances act on the spin voltage mu_s = 2 mu of the
literature: j = G mu_s, G in S/m^2. Index order is flow, then field: j[i, A].
The two-current model has mu^0 and mu alone: half the sum and half the difference of the potentials of the two spins.
Spin in two bands has densities for fields, S^A in 1/m^3 with particle flows J_i^A, 16 of them (`generators`).
"""
