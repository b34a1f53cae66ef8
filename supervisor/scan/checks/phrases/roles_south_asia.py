"""Hindi, Thai, Vietnamese and Indonesian: the words that play a role in an order against the user (roles.py).

A star stands for any ending, a tilde for some words between.
"""

from __future__ import annotations

HI = {
    "hide": (
        "(?:उपयोगकर्ता|यूज़र|यूजर|ग्राहक|किसी|उन्हें|उसे)~(?:न बता*|मत बता*|बताए बिना|नहीं बता*|बिना बताए|पता न|"
        "पता नहीं|सूचित न|न दिखा*|मत दिखा*|ज़िक्र न|जिक्र न|भनक|खबर न|जानकारी न|दिखाए बिना)|(?:इसका|यह|इस चरण|"
        "इस बात|ये)~(?:ज़िक्र|जिक्र|उल्लेख)~(?:न|मत|नहीं)|चुपचाप|चुपके|गुप्त रूप|गोपनीय रूप|छिपा*|बिना बताए|"
        "बताए बिना|मत बता*|न बताएं|हमारे बीच"
    ),
    "waive": (
        "(?:अनुमति|सहमति|पुष्टि|मंज़ूरी|मंजूरी|स्वीकृति)~(?:ज़रूरत नहीं|जरूरत नहीं|आवश्यक नहीं|आवश्यकता नहीं|"
        "ज़रूरी नहीं|जरूरी नहीं|मान ल*|दी जा चुकी|पहले ही|पहले से|मिल चुकी|समझ*|न माँग*|न मांग*|मत माँग*|"
        "मत मांग*)|(?:उपयोगकर्ता|ग्राहक|यूज़र)~(?:पहले ही|पहले से)~(?:सहमत|अनुमति|मंज़ूर|स्वीकार)|(?:मत|"
        "न)~(?:पूछ*|इंतज़ार|इंतजार|रुक*)"
    ),
    "without": ("(?:बिना|बगैर)~(?:पूछे|अनुमति|सहमति|पुष्टि|मंज़ूरी|मंजूरी)|पूछे बिना|अनुमति के बिना|पुष्टि के बिना"),
    "lie": "(?:कह*|बता*|जवाब द*)~कि~(?:सब|कुछ|यह)|दिखावा|नाटक कर*|पूछे तो~(?:कह*|बता*)|ऐसा लगे",
    "talk": (
        "(?:पूरी|पूरा|सारी|सारा|संपूर्ण|सभी|पिछली|पिछले|अब तक की|इतिहास)~(?:बातचीत|वार्तालाप|चैट|संवाद|संदेश*|"
        "सत्र)|(?:बातचीत|चैट|वार्तालाप)~(?:इतिहास|पूरी|पूरा)|शब्दशः|ज्यों का त्यों|हूबहू"
    ),
    "prompt": "सिस्टम~(?:प्रॉम्प्ट|संदेश|निर्देश*)|(?:अपने|छिपे|मूल|आंतरिक|प्रारंभिक)~निर्देश*",
    "secret": (
        "पासवर्ड*|टोकन*|कुंजी*|कुंजियाँ|गुप्त*|क्रेडेंशियल*|पर्यावरण चर|कार्ड (?:नंबर|संख्या|विवरण)|"
        "खाता (?:संख्या|नंबर)|आधार|पिन|ओटीपी|सीवीवी|एपीआई की|क्लिपबोर्ड|संपर्क सूची|लॉगिन"
    ),
    "move": ("भेज*|कॉपी*|जोड़*|डाल*|लिख*|पेस्ट*|संलग्न*|अपलोड*|भर*|शामिल*|रख*|अग्रेषित*|साझा*|प्रेषित*|सौंप*|दर्ज*|दे दें"),
    "act": (
        "हटा*|मिटा*|भुगतान*|ट्रांसफर*|स्थानांतरित*|स्वीकृत*|मंज़ूर कर*|प्रकाशित*|चला*|निष्पादित*|इंस्टॉल*|"
        "डाउनलोड*|बदल*|भेज*|खरीद*|ऑर्डर*|पुष्टि कर*|बंद कर*|चालू कर*|कॉल कर*|जोड़*|साझा*|अग्रेषित*|कॉपी*|अपलोड*"
    ),
    "sink": "पैरामीटर|तर्क|आर्ग्युमेंट|फ़ील्ड|फील्ड|यहाँ|यहां|हेडर|में डाल*",
    "agent": "सहायक|मॉडल|एजेंट|असिस्टेंट|एआई|आपको",
    "boss": ("प्रशासक|व्यवस्थापक|नीति|विभाग|सुरक्षा टीम|प्रबंधन|आधिकारिक|अनुपालन|नियामक|की ओर से|आदेश|मुख्यालय|विक्रेता|एडमिन"),
    "aside": (
        "(?:निर्देश*|नियम*|सीमा*|प्रतिबंध*|आदेश*)~(?:अनदेखा*|नज़रअंदाज़*|नजरअंदाज*|भूल*|लागू नहीं|रद्द|निलंबित|"
        "अमान्य|हटा*|मत मान*|न मान*)|(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल)~(?:निर्देश*|नियम*)"
    ),
    "when": ("(?:बार|कॉल) के बाद|से शुरू|जब कोई नहीं|रात में|सप्ताहांत|(?:जब|यदि|अगर)~(?:उल्लेख|ज़िक्र|कहे|उपलब्ध|मौजूद)"),
    "others": ("(?:शेल|टर्मिनल|बैंक|मेल|फ़ाइल|भुगतान)~(?:टूल|उपकरण)|(?:अन्य|दूसरे|सभी|किसी भी)~(?:टूल*|उपकरण*|सर्वर*)|टर्मिनल"),
    "choice": "(?:चाहे|भले ही|परवाह किए बिना)~(?:उपयोगकर्ता|ग्राहक|यूज़र)",
    "encode": "base64|उल्टा|पहले अक्षर|एन्कोड*|कूट*",
}
TH = {
    "hide": (
        "(?:อย่า|ห้าม|ไม่ต้อง|ไม่ควร|โดยไม่|ไม่)~(?:บอก|แจ้ง|กล่าวถึง|เปิดเผย|แสดงให้|พูดถึง|อธิบาย|ให้~รู้|"
        "ให้~ทราบ|ให้~เห็น|รายงาน)|(?:ผู้ใช้|ลูกค้า|ใคร|เจ้าของ)~(?:ไม่รู้|ไม่ทราบ|ไม่เห็น|มองไม่|ไม่ต้องรู้|"
        "ไม่สังเกต|ไม่จำเป็นต้อง)|เงียบ ?ๆ|อย่างเงียบ|แอบ|ลับ ?ๆ|อย่างลับ|ซ่อน|ปกปิด|ปิดบัง|เป็นความลับ"
    ),
    "waive": (
        "(?:ไม่ต้อง|ไม่จำเป็นต้อง|ข้าม|อย่า|ไม่ต้องรอ)~(?:ขออนุญาต|ยืนยัน|อนุมัติ|ถาม|ขอความยินยอม|รอ)|(?:ผู้ใช้|"
        "ลูกค้า)~(?:ยินยอม|อนุมัติ|อนุญาต|ตกลง)~(?:แล้ว|ไว้แล้ว)|ถือว่า~(?:ยินยอม|อนุมัติ|อนุญาต|ตกลง)|"
        "อนุมัติล่วงหน้า|อนุมัติอัตโนมัติ"
    ),
    "without": "โดยไม่~(?:ถาม|ขออนุญาต|ยืนยัน|ขอความยินยอม)",
    "lie": "แกล้ง|แสร้ง|ทำเป็น|หากถูกถาม|ถ้าถาม",
    "talk": (
        "(?:ทั้งหมด|ก่อนหน้า|ประวัติ|ข้อความ)~(?:สนทนา|แชต|แชท|คุย)|(?:บทสนทนา|การสนทนา|แชต|แชท)~(?:ทั้งหมด|"
        "ก่อนหน้า|เต็ม)|ประวัติการสนทนา|คำต่อคำ"
    ),
    "prompt": "(?:พรอมต์|คําสั่ง|คำสั่ง|ข้อความ)(?:ของ)?ระบบ|system prompt|คําสั่งที่ซ่อน|คำสั่งที่ซ่อน",
    "secret": (
        "รหัสผ่าน|โทเค็น|โทเคน|คีย์|กุญแจ|ข้อมูลประจําตัว|ตัวแปรสภาพแวดล้อม|เลขบัตร|หมายเลขบัตร|บัตรเครดิต|"
        "เลขบัญชี|บัตรประชาชน|รหัส|คลิปบอร์ด|ความลับ"
    ),
    "move": "ส่ง|คัดลอก|แนบ|ใส่|เพิ่ม|วาง|กรอก|อัปโหลด|อัพโหลด|เขียน|ส่งต่อ|นําไป|บันทึก|ระบุ|แชร์",
    "act": (
        "ลบ|ชําระ|จ่าย|โอน|อนุมัติ|เผยแพร่|รัน|เรียกใช้|ติดตั้ง|ดาวน์โหลด|เปลี่ยน|แทนที่|ส่ง|ซื้อ|สั่ง|ยืนยัน|"
        "ย้าย|ปิด|เปิดใช้|เพิ่ม|ยอมรับ|แชร์|คัดลอก|สลับ"
    ),
    "sink": "พารามิเตอร์|อาร์กิวเมนต์|ฟิลด์|ช่อง|ที่นี่|ตรงนี้",
    "agent": "ผู้ช่วย|โมเดล|เอเจนต์|ตัวแทน|เอไอ|คุณต้อง",
    "boss": ("ผู้ดูแล|นโยบาย|ฝ่าย|ทีมความปลอดภัย|ผู้บริหาร|ทางการ|ข้อบังคับ|กฎระเบียบ|ผู้พัฒนา|ในนาม|แผนก|สํานักงาน"),
    "aside": (
        "(?:เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม|อย่าทําตาม|ยกเลิก|ข้าม)~(?:คําสั่ง|คําแนะนํา|กฎ|ข้อจํากัด|ข้อกําหนด)|"
        "(?:คําสั่ง|กฎ|ข้อจํากัด|คําแนะนํา)~(?:ไม่มีผล|ยกเลิก|ถูกระงับ|ใช้ไม่ได้|เป็นโมฆะ)"
    ),
    "when": "หลังจาก~ครั้ง|ตั้งแต่ครั้งที่|ไม่มีใคร|กลางคืน|วันหยุด|(?:เมื่อ|หาก|ถ้า)~(?:พูดถึง|กล่าวถึง|มี)",
    "others": ("เครื่องมือ~(?:เชลล์|เทอร์มินัล|ธนาคาร|อีเมล|ไฟล์|ชําระ|อื่น)|(?:อื่น|ทั้งหมด|ทุก)~(?:เครื่องมือ|เซิร์ฟเวอร์)|เทอร์มินัล|เชลล์"),
    "choice": "(?:ไม่ว่า|แม้ว่า|ถึงแม้)~(?:ผู้ใช้|ลูกค้า)",
    "encode": "base64|กลับหลัง|ย้อนกลับ|อักษรตัวแรก|เข้ารหัส|อักษรย่อ",
}
VI = {
    "hide": (
        "(?:đừng|không|chớ|mà không|không được|không cần|tránh)~(?:nói|cho~biết|thông báo|đề cập|tiết lộ|báo|"
        "nhắc|hiển thị~cho|kể|giải thích)|(?:người dùng|khách hàng|ai|chủ tài khoản)~(?:không|chẳng|"
        "khỏi)~(?:biết|hay|thấy|nhận ra|phát hiện|cần biết)|âm thầm|lặng lẽ|bí mật|lén|kín đáo|giấu|che giấu|"
        "ngầm|giữ kín|giữa chúng ta"
    ),
    "waive": (
        "(?:không cần|khỏi|bỏ qua|không phải|đừng)~(?:hỏi|xác nhận|xin phép|chờ|đợi|đồng ý|phê duyệt|cho phép)|"
        "(?:người dùng|khách hàng|chủ tài khoản)~đã~(?:đồng ý|chấp thuận|cho phép|phê duyệt)|coi như~(?:đồng ý|"
        "chấp thuận|cho phép)|(?:sự đồng ý|xác nhận|phê duyệt)~(?:không cần|đã có|mặc định)|"
        "tự (?:động )?(?:phê duyệt|xác nhận|chấp thuận)"
    ),
    "without": "(?:mà không|không)~(?:hỏi|xin phép|xác nhận)",
    "lie": "(?:nói|trả lời|báo|khẳng định)~rằng|giả vờ|làm như|nếu~hỏi~(?:nói|trả lời)",
    "talk": (
        "(?:toàn bộ|tất cả|lịch sử|trước đó|nội dung|các)~(?:cuộc trò chuyện|hội thoại|tin nhắn|đoạn chat|"
        "cuộc hội thoại|phiên)|nguyên văn|từng chữ"
    ),
    "prompt": (
        "(?:lời nhắc|prompt|chỉ thị|chỉ dẫn|hướng dẫn|thông điệp)~hệ thống|system prompt|chỉ dẫn (?:ẩn|gốc|ban đầu)"
    ),
    "secret": (
        "mật khẩu|mã thông báo|khóa|khoá|thông tin đăng nhập|biến môi trường|số thẻ|thẻ tín dụng|số tài khoản|"
        "căn cước|mã pin|mã otp|otp|bí mật|khay nhớ tạm|danh bạ|token|cookie"
    ),
    "move": "gửi|chuyển|đính kèm|thêm|đưa|tải lên|sao chép|điền|dán|ghi|nhập|chèn|chép|đặt|kèm|nộp|chia sẻ",
    "act": (
        "xóa|xoá|thanh toán|chuyển khoản|phê duyệt|duyệt|đăng|chạy|thực thi|cài|cài đặt|tải|tải về|thay|thay thế|"
        "đổi|sửa|gửi|mua|đặt hàng|xác nhận|di chuyển|tắt|bật|gọi|chuyển hướng|chuyển tiếp|thêm|chấp nhận|chia sẻ|"
        "sao chép"
    ),
    "sink": "tham số|đối số|trường|ô|ở đây|vào đây|tiêu đề",
    "agent": "trợ lý|mô hình|tác nhân|ai|bạn phải",
    "boss": (
        "quản trị viên|chính sách|bộ phận|phòng|đội bảo mật|ban giám đốc|quy định|chính thức|nhà cung cấp|"
        "thay mặt|thông báo|lệnh của|cơ quan"
    ),
    "aside": (
        "(?:bỏ qua|phớt lờ|quên|không tuân|lờ đi|gạt bỏ)~(?:hướng dẫn|chỉ thị|quy tắc|giới hạn|hạn chế|lệnh|"
        "chỉ dẫn)|(?:hướng dẫn|chỉ thị|quy tắc|hạn chế)~(?:không còn|bị hủy|vô hiệu|tạm dừng|hết hiệu lực)"
    ),
    "when": (
        "sau~lần|kể từ lần|nếu không có ai|ban đêm|cuối tuần|(?:khi|nếu)~(?:nhắc đến|nhắc tới|đề cập|có sẵn|"
        "tồn tại)|trước khi trả lời"
    ),
    "others": (
        "công cụ~(?:shell|terminal|ngân hàng|thư|tệp|thanh toán|khác)|(?:mọi|tất cả|các|bất kỳ)~(?:công cụ|"
        "máy chủ)|terminal"
    ),
    "choice": "(?:bất kể|dù|cho dù|mặc cho)~(?:người dùng|khách hàng)",
    "encode": "base64|đảo ngược|chữ cái đầu|mã hóa",
}
ID = {
    "hide": (
        "(?:jangan|tanpa|tidak perlu|tak perlu|tidak usah)~(?:beri ?tahu*|memberi ?tahu*|sebut*|menyebut*|"
        "sampaikan|menyampaikan|katakan|mengatakan|lapor*|melapor*|ungkap*|tampilkan|diketahui|disadari|"
        "sepengetahuan|diberitahu|jelaskan)|(?:pengguna|pelanggan|pemilik|siapa pun|orang)~(?:tidak|tak|"
        "jangan)~(?:tahu|sadar|melihat|mengetahui|perlu tahu|menyadari|curiga)|diam-diam|secara rahasia|"
        "rahasiakan|sembunyikan|sembunyi-sembunyi|di antara kita|tutupi"
    ),
    "waive": (
        "(?:persetujuan|izin|konfirmasi|permintaan izin)~(?:tidak diperlukan|tidak perlu|sudah|dianggap|otomatis|"
        "tak perlu|telah|dilewati)|(?:tidak perlu|tak perlu|jangan|lewati|tidak usah)~(?:meminta|minta|menunggu|"
        "tunggu|bertanya|tanya|konfirmasi|persetujuan|izin)|(?:pengguna|pelanggan|pemilik)~(?:sudah|"
        "telah)~(?:setuju|menyetujui|mengizinkan|memberi)|anggap~(?:setuju|disetujui|izin|ya|diizinkan)|"
        "setujui (?:sendiri|otomatis)"
    ),
    "without": "tanpa~(?:bertanya|izin|konfirmasi|persetujuan|meminta|menanyakan)",
    "lie": "(?:katakan|jawab|laporkan|klaim)~bahwa|berpura-pura|pura-pura|jika ditanya|seolah-olah|seakan",
    "talk": (
        "(?:seluruh|semua|riwayat|sebelumnya|lengkap|isi)~(?:percakapan|obrolan|chat|pesan|sesi|dialog)|"
        "percakapan~(?:lengkap|sebelumnya|sejauh ini)|kata demi kata"
    ),
    "prompt": "(?:prompt|pesan|instruksi|perintah)~sistem|system prompt|instruksi (?:tersembunyi|awal|internal)",
    "secret": (
        "kata sandi|sandi|token|kunci|kredensial|variabel lingkungan|nomor (?:kartu|rekening|ktp)|kartu kredit|"
        "nik|pin|otp|rahasia|papan klip|kontak|kuki"
    ),
    "move": (
        "kirim*|teruskan|sertakan|lampirkan|tambahkan|masukkan|unggah*|salin*|isi*|tempel*|tulis*|letakkan|"
        "bagikan|serahkan|simpan|cantumkan|menyalin|mengirim*"
    ),
    "act": (
        "hapus*|bayar*|transfer*|setujui*|terbitkan|publikasikan|jalankan*|eksekusi*|pasang*|instal*|unduh*|"
        "berikan|ganti*|ubah*|tukar*|kirim*|beli*|pesan|konfirmasi*|pindahkan*|matikan|aktifkan|panggil*|"
        "alihkan*|tambahkan|terima|bagikan|salin*|teruskan"
    ),
    "sink": "parameter*|argumen*|kolom*|isian|di sini|bidang|header",
    "agent": "asisten*|model|agen*|ai|anda harus",
    "boss": (
        "administrator*|kebijakan|departemen|divisi|tim keamanan|manajemen|peraturan|resmi|vendor|atas nama|"
        "kepatuhan|regulator|kantor pusat|atas perintah|pemilik akun"
    ),
    "aside": (
        "(?:abaikan|lupakan|kesampingkan|langgar|jangan (?:ikuti|patuhi))~(?:instruksi|aturan|arahan|batasan|"
        "perintah|pedoman)|(?:instruksi|aturan|batasan|pedoman)~(?:tidak berlaku|dicabut|ditangguhkan|batal|"
        "dibatalkan|tidak lagi)"
    ),
    "when": (
        "setelah~(?:kali|panggilan)|mulai dari|jika tidak ada (?:orang|siapa)|malam hari|akhir pekan|(?:jika|"
        "bila|ketika|saat)~(?:menyebut*|tersedia|ada)|sebelum jawaban"
    ),
    "others": (
        "alat~(?:shell|terminal|bank|surel|email|berkas|pembayaran|lain)|(?:semua|setiap|lain*)~(?:alat|server)|"
        "terminal"
    ),
    "choice": "(?:meskipun|terlepas|walaupun|apa pun)~(?:pengguna|pelanggan)",
    "encode": "base64|terbalik|huruf pertama|huruf awal|dikodekan|disandikan",
}
TABLES = {"hi": HI, "th": TH, "vi": VI, "id": ID}
"""By language."""
